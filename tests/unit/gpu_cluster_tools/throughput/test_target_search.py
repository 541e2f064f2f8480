import pytest

from gpu_cluster_tools.throughput.estimate import NoData, Target
from gpu_cluster_tools.throughput.gpu_node import GpuNode
from gpu_cluster_tools.throughput.served_model import Served
from gpu_cluster_tools.throughput.target_search import cheapest
from tests.unit.gpu_cluster_tools.throughput.served_models import gpu_node, served


def test_highest_concurrency_within_the_target_is_cheapest() -> None:
    found = cheapest(served(), gpu_node(), Target(tokens_per_second=30), 2048, 256)

    assert isinstance(found, Served)
    # One GPU: 32 requests at 36.6 tokens/s, 1,172 in total; two GPUs: 64 at 37.5, 1,201 for each
    assert (found.layout.tensor, found.workload.concurrency) == (2, 64)


def test_more_gpus_are_used_if_one_misses_the_target() -> None:
    found = cheapest(served(), gpu_node(), Target(tokens_per_second=60), 2048, 256)

    assert isinstance(found, Served)
    assert found.layout.tensor > 1
    assert found.speed.tokens_per_second_of_request >= 60


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        (gpu_node("L40S"), "does not meet the target"),
        (gpu_node("L4"), "no measurements of L4"),
    ],
)
def test_unsuitable_node_has_a_reason(node: GpuNode, reason: str) -> None:
    assert cheapest(served(), node, Target(first_token=0.01), 2048, 256) == NoData(reason)


def test_model_too_large_for_a_node_does_not_fit() -> None:
    found = cheapest(served(model="Qwen/Qwen3-32B-FP8", gpus=2), gpu_node("L40S", 1), Target(1), 30_000, 256)

    assert found == NoData("the model does not fit")
