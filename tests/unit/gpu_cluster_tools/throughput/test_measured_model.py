from dataclasses import replace

import pytest

from gpu_cluster.catalog import MODELS, of_weights
from gpu_cluster_tools.throughput.measured_model import MeasuredModel, UnknownLayersError, measured_model

MEASURED = frozenset(["meta-llama/Meta-Llama-3.1-8B", "Qwen/Qwen3-32B", "Qwen/Qwen3-32B-FP8"])


def test_measured_model_maps_to_itself() -> None:
    assert measured_model(MODELS["Qwen/Qwen3-32B"], MEASURED) == MeasuredModel("Qwen/Qwen3-32B", "bf16")


def test_model_with_equal_layers_maps_to_the_measured_name() -> None:
    found = measured_model(MODELS["meta-llama/Llama-3.1-8B-Instruct"], MEASURED)

    assert found == MeasuredModel("meta-llama/Meta-Llama-3.1-8B", "bf16")


def test_fine_tuned_model_has_the_served_precision() -> None:
    tuned = replace(MODELS["Qwen/Qwen3-32B-FP8"], name="acme/chat")

    assert measured_model(tuned, MEASURED) == MeasuredModel("Qwen/Qwen3-32B-FP8", "fp8")


def test_unmeasured_precision_names_its_kernels() -> None:
    found = measured_model(MODELS["Qwen/Qwen3-32B-AWQ"], MEASURED)

    assert found == MeasuredModel("Qwen/Qwen3-32B", "int4", kernels="int4_wo")


def test_measured_name_with_weights_of_another_size_is_unknown() -> None:
    smaller = MODELS["Qwen/Qwen3-32B"].weighing(20 * 1024**3)

    with pytest.raises(UnknownLayersError, match="no measurements of Qwen/Qwen3-32B in its precision"):
        measured_model(smaller, MEASURED)


@pytest.mark.parametrize("name", ["Qwen/Qwen2.5-32B-Instruct", "Qwen/Qwen3-8B"])
def test_other_architecture_is_not_measured(name: str) -> None:
    with pytest.raises(UnknownLayersError, match=f"no measured model has the architecture of {name}"):
        measured_model(MODELS[name], MEASURED)


def test_model_without_known_architecture_is_not_measured() -> None:
    with pytest.raises(UnknownLayersError, match="the architecture of acme/chat is unknown"):
        measured_model(of_weights("acme/chat", 16 * 1024**3), MEASURED)
