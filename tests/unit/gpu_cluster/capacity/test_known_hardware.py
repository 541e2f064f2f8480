"""Hardware that a stack file declares: nodes, cost and contradictions to the catalog."""

from pathlib import Path

import pytest

from gpu_cluster.capacity import pools_of
from gpu_cluster.capacity.known_hardware import CATALOG_HARDWARE, contradictions, known_hardware
from gpu_cluster.catalog.today import today
from gpu_cluster.config.hardware import HardwareSettings
from gpu_cluster.cost import cost_of
from gpu_cluster.plan import planned
from gpu_cluster.stack import load
from gpu_cluster_policies.context import EvaluationContext
from gpu_cluster_policies.settings import policy_settings

STACKS = Path(__file__).parents[4] / "tests" / "stacks" / "happy"
DECLARED = STACKS / "eks-declared.yaml"


def test_declared_instance_type_has_the_values_of_the_stack_file() -> None:
    pool = pools_of(load(DECLARED))["r100"]

    assert (pool.machine, pool.gpus, pool.extended) == ("g8.4xlarge", 1, {"nvidia.com/gpu": 1})
    assert pool.labels["nvidia.com/gpu.product"] == "NVIDIA-R100"
    assert pool.labels["nvidia.com/gpu.memory"] == "294912"
    assert pool.capacity.cpu_millis == 16000
    assert pool.capacity.ephemeral_bytes == 950 * 10**9


def test_machine_has_a_declared_gpu() -> None:
    pool = pools_of(load(STACKS / "machines-declared.yaml"))["r100"]

    assert pool.gpu
    assert (pool.gpu.name, pool.gpu.memory_mib, pool.gpus) == ("R100", 288 * 1024, 8)


def test_known_hardware_without_declarations_is_the_catalog() -> None:
    assert known_hardware(HardwareSettings()) is CATALOG_HARDWARE


def test_declaration_may_repeat_but_not_contradict_the_catalog() -> None:
    same = {"cpus": 16, "memory": "64Gi", "gpu": "L4", "gpus": 1}
    settings = HardwareSettings.model_validate({"instances": {"g6.4xlarge": same}})
    assert [*contradictions(settings)] == []

    other = HardwareSettings.model_validate({"instances": {"g6.4xlarge": same | {"memory": "128Gi"}}})
    assert [message for *_, message in contradictions(other)] == [
        "128Gi contradicts the catalog, which has 64Gi for g6.4xlarge"
    ]


@pytest.fixture(scope="module")
def missing() -> list[str]:
    plan = planned(load(DECLARED), "eks-declared")
    return [str(each) for each in cost_of(plan, day=today()).missing]


def test_declared_price_counts_and_a_missing_one_is_reported(missing: list[str]) -> None:
    assert not any("g8.4xlarge" in cause for cause in missing)
    assert any(
        "no price for c9i.2xlarge, which the stack file declares without hourlyUsd" in cause
        for cause in missing
    )


def test_evaluation_context_has_declared_types() -> None:
    terms = EvaluationContext("eks-declared", policy_settings(None), load(DECLARED))

    assert terms.instances["g8.4xlarge"].gpus == 1
