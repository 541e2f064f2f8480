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
def test_a_system_pool_that_holds_telemetry_is_right(telemetry: str, tmp_path: Path) -> None:
    assert not errors(SYSTEM % telemetry, tmp_path)


def test_prometheus_has_to_fit_on_one_node(tmp_path: Path) -> None:
    [message] = errors(SYSTEM % "memory: 12Gi", tmp_path)
    assert "telemetry.memory: Prometheus requests 12288Mi, and a node of pool system has " in message
    [message] = errors(SYSTEM % "cpu: '3'", tmp_path)
    assert "telemetry.cpu: Prometheus requests 3000m CPU, and a node of pool system has " in message


def test_beside_models_telemetry_has_to_fit_into_the_reserve(tmp_path: Path) -> None:
    assert not errors(BESIDE_MODELS % "1Gi", tmp_path)
    [message] = errors(BESIDE_MODELS % "512Mi", tmp_path)
    assert message.endswith(
        "telemetry.memory: telemetry requests 624Mi next to models, and a node of pool l4 keeps 512Mi free; "
        "raise pools.l4.reserve.memory, or add a pool without GPUs"
    )
