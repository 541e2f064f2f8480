"""The package with its tables; `make test-throughput` installs the required extra."""

import pytest

from gpu_cluster.catalog import GPUS, MODELS
from gpu_cluster_tools.throughput.estimate import Layout, NoData, Speed, Workload
from gpu_cluster_tools.throughput.measured_model import MeasuredModel, UnknownLayersError, measured_model
from gpu_cluster_tools.throughput.measurements import SYSTEMS, Measurements

LOAD = Workload(1024, 128, 8)


@pytest.fixture(scope="module")
def measurements() -> Measurements:
    pytest.importorskip("aiconfigurator_core")
    return Measurements()


def test_number_of_catalog_models_with_estimates_matches_the_docs(measurements: Measurements) -> None:
    found = [name for name in MODELS if _has_layers(name, measurements)]

    assert (len(found), len(MODELS)) == (155, 409)
    assert "meta-llama/Llama-3.3-70B-Instruct" in found


def _has_layers(name: str, measurements: Measurements) -> bool:
    try:
        return bool(measured_model(MODELS[name], measurements.models))
    except UnknownLayersError:
        return False


@pytest.mark.parametrize("gpu", SYSTEMS)
def test_every_supported_gpu_has_an_estimate(gpu: str, measurements: Measurements) -> None:
    found = measurements.speed(MeasuredModel("Qwen/Qwen3-8B", "bf16"), gpu, "vllm", Layout(), LOAD, 8192)

    assert gpu in GPUS
    assert isinstance(found, Speed)
    assert found.release == ("0.14.0" if gpu == "A100-80GB" else "0.24.0")


def test_unmeasured_kernels_are_named(measurements: Measurements) -> None:
    llama = MeasuredModel("meta-llama/Meta-Llama-3.1-8B", "fp8", kernels="fp8")

    assert measurements.speed(llama, "A100-80GB", "vllm", Layout(), LOAD, 2048) == NoData(
        "no measurements of fp8 kernels on A100-80GB with vllm"
    )


@pytest.mark.parametrize(("gpu", "engine"), [("L4", "vllm"), ("H100", "triton")])
def test_unmeasured_gpu_or_engine_is_named(gpu: str, engine: str, measurements: Measurements) -> None:
    found = measurements.speed(MeasuredModel("Qwen/Qwen3-8B", "bf16"), gpu, engine, Layout(), LOAD, 2048)

    assert found == NoData(f"no measurements of {gpu if engine == 'vllm' else engine}")


def test_data_parallel_copies_divide_the_requests(measurements: Measurements) -> None:
    alone, copies = (
        measurements.speed(
            MeasuredModel("Qwen/Qwen3-8B", "bf16"),
            "H100",
            "vllm",
            Layout(data=data),
            Workload(1024, 128, 8 * data),
            8192,
        )
        for data in (1, 4)
    )

    assert isinstance(alone, Speed)
    assert isinstance(copies, Speed)
    assert copies.tokens_per_second == pytest.approx(4 * alone.tokens_per_second)
    assert copies.first_token == alone.first_token


def test_impossible_layout_has_no_estimate(measurements: Measurements) -> None:
    found = measurements.speed(
        MeasuredModel("Qwen/Qwen3-8B", "bf16"), "H100", "vllm", Layout(tensor=3), LOAD, 8192
    )

    assert isinstance(found, NoData)
    assert "/" not in found.reason


def test_estimator_prints_nothing(measurements: Measurements, capfd: pytest.CaptureFixture[str]) -> None:
    measurements.speed(MeasuredModel("Qwen/Qwen3-0.6B", "bf16"), "L40S", "sglang", Layout(), LOAD, 2048)

    assert capfd.readouterr() == ("", "")
