"""Nodes of a pool on EKS."""

from typing import Any

import pytest

from gpu_cluster.capacity import MIG_LABEL, Pool, pools_of, share_of_node
from gpu_cluster.catalog import INSTANCES
from gpu_cluster.config.stack import Stack

EKS = {
    "provider": "eks",
    "account": "123456789012",
    "version": "1.35",
    "access": {"me": {"principal": "arn:aws:iam::123456789012:role/me", "policy": "cluster-admin"}},
}
BLOCK = {"id": "cr-0123456789abcdef0", "zone": "us-east-2b", "count": 2, "ends": "2036-12-01T11:30:00Z"}


def pool_of(**settings: Any) -> Pool:
    stack = Stack.model_validate(
        {
            "aws:region": "us-east-2",
            "cluster": EKS,
            "network": {"zones": ["us-east-2a", "us-east-2b"]},
            "pools": {"p": {"nodes": 2} | settings},
        }
    )
    return pools_of(stack)["p"]


def test_pool_zones_default_to_the_zones_of_the_network() -> None:
    pool = pool_of(instance="m7i.xlarge")
    assert pool.zones == ("us-east-2a", "us-east-2b")
    assert pool.labels["topology.kubernetes.io/region"] == "us-east-2"
    assert "topology.kubernetes.io/zone" not in pool.labels


def test_pool_of_one_zone_has_the_zone_label() -> None:
    assert pool_of(instance="m7i.xlarge", zones=["us-east-2a"]).zones == ("us-east-2a",)
    block = pool_of(instance="p5.48xlarge", capacity={"capacityBlock": BLOCK})
    assert block.zones == ("us-east-2b",)
    assert block.labels["topology.kubernetes.io/zone"] == "us-east-2b"


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        ("on-demand", "ON_DEMAND"),
        ("spot", "SPOT"),
        ({"reservation": {key: BLOCK[key] for key in ("id", "zone", "count")}}, "ON_DEMAND"),
        ({"capacityBlock": BLOCK}, "CAPACITY_BLOCK"),
    ],
)
def test_capacity_type_label_follows_the_capacity(capacity: Any, expected: str) -> None:
    pool = pool_of(instance="p5.48xlarge", capacity=capacity)
    assert pool.labels["eks.amazonaws.com/capacityType"] == expected


def test_karpenter_pool_has_no_capacity_type_label_of_eks() -> None:
    pool = pool_of(instance="m7i.xlarge", provisioner="karpenter")
    assert "eks.amazonaws.com/capacityType" not in pool.labels


def test_accelerator_label_is_set_only_for_whole_gpus() -> None:
    accelerator = "k8s.amazonaws.com/accelerator"
    assert pool_of(instance="g6.xlarge").labels[accelerator] == "nvidia-l4"
    assert accelerator not in pool_of(instance="m7i.xlarge").labels
    assert accelerator not in pool_of(instance="p5.48xlarge", sharing={"mig": {"1g.10gb": 7}}).labels


def test_mig_label_names_the_layout_within_63_characters() -> None:
    assert pool_of(instance="p5.48xlarge").labels.get(MIG_LABEL) is None
    layout = {"1g.18gb": 2, "2g.35gb": 1, "3g.71gb": 1}
    name = pool_of(instance="p5e.48xlarge", sharing={"mig": layout}).labels[MIG_LABEL]
    assert pool_of(instance="p5e.48xlarge", sharing={"mig": layout}).mig_layout == name
    assert name == "1g.18gb-2_2g.35gb-1_3g.71gb-1"
    assert len(name) <= 63


def test_ephemeral_storage_is_the_local_disks_or_the_root_volume() -> None:
    assert pool_of(instance="g6.4xlarge").capacity.ephemeral_bytes == 600 * 10**9
    assert pool_of(instance="m7i.xlarge").capacity.ephemeral_bytes == 100 * 1024**3
    grown = pool_of(instance="m7i.xlarge", disk={"size": "300Gi"})
    assert grown.capacity.ephemeral_bytes == 300 * 1024**3


def test_pod_capacity_is_limited_to_110_or_250() -> None:
    assert pool_of(instance="m7i.xlarge").capacity.pods == 58
    assert pool_of(instance="g6.4xlarge").capacity.pods == 110
    assert pool_of(instance="g6.12xlarge").capacity.pods == 234
    assert pool_of(instance="p4d.24xlarge").capacity.pods == 250


def test_efa_is_an_extended_resource_but_no_gpu_resource() -> None:
    pool = pool_of(instance="p5.48xlarge", efa=True)
    assert pool.extended == {"nvidia.com/gpu": 8, "vpc.amazonaws.com/efa": 32}
    assert pool.gpu_resources == {"nvidia.com/gpu": 8}
    assert share_of_node(pool, "nvidia.com/gpu", 4) == 0.5
    assert pool_of(instance="p5.48xlarge").extended == {"nvidia.com/gpu": 8}


_ENGINE_BYTES = 28_600_000_000
"""Size of the vLLM image on disk (vllm-project/vllm, pull request 22377, 2025-12-10)."""


@pytest.mark.parametrize("instance", [it.name for it in INSTANCES.values() if it.gpus])
def test_two_engine_images_fit_on_the_disk_of_every_gpu_node(instance: str) -> None:
    assert pool_of(instance=instance).allocatable.ephemeral_bytes > 2 * _ENGINE_BYTES
