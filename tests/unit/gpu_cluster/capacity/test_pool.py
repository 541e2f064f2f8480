from typing import Any

import pytest

from gpu_cluster.capacity import pools_of
from gpu_cluster.config.stack import Stack
from tests.unit.gpu_cluster.capacity.stacks import pool_of

DGX = {"cpus": 112, "memory": "2Ti", "gpu": "H100", "gpus": 8}


def test_pools_keep_the_names_and_order_of_the_file() -> None:
    pools = {name: {"instance": "m7i.xlarge", "nodes": 1} for name in ("system", "l4", "a")}
    stack = Stack.model_validate({"cluster": {"provider": "local"}, "pools": pools})
    assert [(name, pool.name) for name, pool in pools_of(stack).items()] == [
        ("system", "system"),
        ("l4", "l4"),
        ("a", "a"),
    ]


@pytest.mark.parametrize(
    ("sharing", "extended"),
    [
        (None, {"nvidia.com/gpu": 8}),
        ({"timeSlicing": 4}, {"nvidia.com/gpu": 32}),
        ({"mps": 3}, {"nvidia.com/gpu": 24}),
        ({"mig": {"1g.10gb": 7}}, {"nvidia.com/mig-1g.10gb": 56}),
        (
            {"mig": {"3g.40gb": 1, "1g.10gb": 4}},
            {"nvidia.com/mig-3g.40gb": 8, "nvidia.com/mig-1g.10gb": 32},
        ),
    ],
)
def test_extended_resources_follow_the_gpu_sharing(sharing: Any, extended: dict[str, int]) -> None:
    pool = pool_of(instance="p5.48xlarge", sharing=sharing)
    assert pool.extended == extended
    assert pool.gpus == 8


@pytest.mark.parametrize("instance", ["m7i.xlarge", "g6f.4xlarge"])
def test_node_without_whole_gpus_has_no_gpu_resources_or_taints(instance: str) -> None:
    pool = pool_of(instance=instance)
    assert (pool.extended, pool.taints, pool.tolerations) == ({}, (), ())
    assert not any(label.startswith("nvidia.com/") for label in pool.labels)


def test_created_gpu_nodes_have_gpu_labels() -> None:
    pool = pool_of(instance="g6.12xlarge", labels={"tier": "inference"})
    assert pool.labels == {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": "g6.12xlarge",
        "nvidia.com/gpu.present": "true",
        "nvidia.com/gpu.product": "NVIDIA-L4",
        "nvidia.com/gpu.count": "4",
        "nvidia.com/gpu.memory": "23034",
        "gpu-cluster/pool": "p",
        "tier": "inference",
    }
    assert pool.selector == {"gpu-cluster/pool": "p"}


def test_pool_label_cannot_be_overridden() -> None:
    pool = pool_of(instance="m7i.xlarge", labels={"gpu-cluster/pool": "other"})
    assert pool.labels["gpu-cluster/pool"] == "p"


@pytest.mark.parametrize(
    ("sharing", "product"),
    [
        ({"timeSlicing": 2}, "NVIDIA-A100-SXM4-80GB-SHARED"),
        ({"mps": 2}, "NVIDIA-A100-SXM4-80GB-SHARED"),
        ({"mig": {"7g.80gb": 1}}, "NVIDIA-A100-SXM4-80GB"),
    ],
)
def test_product_label_has_the_suffix_shared_for_shared_gpus(sharing: Any, product: str) -> None:
    pool = pool_of(instance="p4de.24xlarge", sharing=sharing)
    assert pool.labels["nvidia.com/gpu.product"] == product


def test_existing_nodes_are_selected_by_their_labels() -> None:
    pool = pool_of(provider="existing", machine=DGX, labels={"rack": "a", "gpu": "h100"})
    assert pool.machine == "machine"
    assert pool.selector == {"rack": "a", "gpu": "h100"}
    assert pool.labels == {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "rack": "a",
        "gpu": "h100",
    }


def test_existing_nodes_without_labels_are_selected_by_the_pool_label() -> None:
    pool = pool_of(provider="existing", machine=DGX)
    assert pool.selector == {"gpu-cluster/pool": "p"}
    assert pool.labels["gpu-cluster/pool"] == "p"


def test_gpu_nodes_have_the_gpu_taint() -> None:
    pool = pool_of(instance="g6.xlarge", taints={"team": {"value": "vision", "effect": "NoExecute"}})
    assert pool.taints == (
        {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"},
        {"key": "team", "value": "vision", "effect": "NoExecute"},
    )


def test_gpu_taint_can_be_overridden() -> None:
    pool = pool_of(provider="existing", machine=DGX, taints={"nvidia.com/gpu": {"value": "true"}})
    assert pool.taints == ({"key": "nvidia.com/gpu", "value": "true", "effect": "NoSchedule"},)


@pytest.mark.parametrize(
    "taints", [{}, {"team": {"value": "vision"}, "spot": {"effect": "PreferNoSchedule"}}]
)
def test_tolerations_match_the_taints_of_the_pool(taints: Any) -> None:
    pool = pool_of(instance="g6.xlarge", taints=taints)
    assert len(pool.taints) == 1 + len(taints)
    assert pool.tolerations == tuple({**taint, "operator": "Equal"} for taint in pool.taints)


def test_allocatable_is_less_than_capacity() -> None:
    pool = pool_of(instance="g6.xlarge")
    assert pool.allocatable.cpu_millis < pool.capacity.cpu_millis
    assert pool.allocatable.memory_bytes < pool.capacity.memory_bytes
    assert pool.allocatable.ephemeral_bytes < pool.capacity.ephemeral_bytes
