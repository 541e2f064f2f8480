from pathlib import Path

import pytest

from gpu_cluster.stack import StackFileError, load

SYSTEM = """
config:
  gpu-cluster:cluster: {provider: existing}
  gpu-cluster:pools:
    system: {machine: {cpus: 2, memory: 8Gi}, nodes: 2}
    l4: {machine: {cpus: 16, memory: 64Gi, gpu: L4, gpus: 1}, nodes: 1, labels: {gpu: l4}}
  gpu-cluster:telemetry: {%s}
"""
BESIDE_MODELS = """
config:
  gpu-cluster:cluster: {provider: existing}
  gpu-cluster:pools:
    l4: {machine: {cpus: 16, memory: 64Gi, gpu: L4, gpus: 1}, nodes: 1, reserve: {memory: %s}}
  gpu-cluster:telemetry: {}
"""


def errors(text: str, folder: Path) -> list[str]:
    file = folder / "Pulumi.lab.yaml"
    file.write_text(text)
    try:
        load(file)
    except StackFileError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize("telemetry", ["", "enabled: false", "memory: 4Gi", "cpu: '1'"])
def test_system_pool_that_fits_telemetry_is_valid(telemetry: str, tmp_path: Path) -> None:
    assert not errors(SYSTEM % telemetry, tmp_path)


def test_prometheus_larger_than_a_node_is_rejected(tmp_path: Path) -> None:
    [message] = errors(SYSTEM % "memory: 12Gi", tmp_path)
    assert "telemetry.memory: Prometheus requests 12288Mi, and a node of pool system has " in message
    [message] = errors(SYSTEM % "cpu: '3'", tmp_path)
    assert "telemetry.cpu: Prometheus requests 3000m CPU, and a node of pool system has " in message


def test_telemetry_next_to_models_must_fit_the_pool_reserve(tmp_path: Path) -> None:
    assert not errors(BESIDE_MODELS % "1Gi", tmp_path)
    [message] = errors(BESIDE_MODELS % "512Mi", tmp_path)
    assert message.endswith(
        "telemetry.memory: telemetry requests 624Mi next to models, and a node of pool l4 keeps 512Mi free; "
        "raise pools.l4.reserve.memory, or add a pool without GPUs"
    )
