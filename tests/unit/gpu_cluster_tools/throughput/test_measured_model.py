from dataclasses import replace

import pytest

from gpu_cluster.catalog import MODELS, of_weights
from gpu_cluster_tools.throughput.measured_model import MeasuredModel, UnknownLayersError, measured_model

MEASURED = frozenset(["meta-llama/Meta-Llama-3.1-8B", "Qwen/Qwen3-32B", "Qwen/Qwen3-32B-FP8"])


def test_a_measured_model_is_itself() -> None:
    assert measured_model(MODELS["Qwen/Qwen3-32B"], MEASURED) == MeasuredModel("Qwen/Qwen3-32B", "bf16")


def test_another_name_of_the_same_layers_is_found_by_them() -> None:
    found = measured_model(MODELS["meta-llama/Llama-3.1-8B-Instruct"], MEASURED)

    assert found == MeasuredModel("meta-llama/Meta-Llama-3.1-8B", "bf16")


def test_a_fine_tune_has_the_precision_that_is_served() -> None:
    tuned = replace(MODELS["Qwen/Qwen3-32B-FP8"], name="acme/chat")

    assert measured_model(tuned, MEASURED) == MeasuredModel("Qwen/Qwen3-32B-FP8", "fp8")


def test_a_precision_that_no_measured_model_has_names_its_kernels() -> None:
    found = measured_model(MODELS["Qwen/Qwen3-32B-AWQ"], MEASURED)

    assert found == MeasuredModel("Qwen/Qwen3-32B", "int4", kernels="int4_wo")


def test_weights_of_another_size_under_a_measured_name_are_no_measured_model() -> None:
    smaller = MODELS["Qwen/Qwen3-32B"].weighing(20 * 1024**3)

    with pytest.raises(UnknownLayersError, match="no measurements of Qwen/Qwen3-32B in its precision"):
        measured_model(smaller, MEASURED)


@pytest.mark.parametrize("name", ["Qwen/Qwen2.5-32B-Instruct", "Qwen/Qwen3-8B"])
def test_other_layers_are_not_taken_for_it(name: str) -> None:
    with pytest.raises(UnknownLayersError, match=f"no measured model has the architecture of {name}"):
        measured_model(MODELS[name], MEASURED)


def test_a_model_of_which_only_weights_are_known_has_none() -> None:
    with pytest.raises(UnknownLayersError, match="the architecture of acme/chat is unknown"):
        measured_model(of_weights("acme/chat", 16 * 1024**3), MEASURED)
