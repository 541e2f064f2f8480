from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gpu_cluster.aws.nodes import node_group
from gpu_cluster.plan import Registered
from tests.unit.gpu_cluster.aws.nodes.eks import BLOCK, RESERVATION, group_with


def group(**settings: object) -> Registered:
    return group_with(**settings).only("eks:nodeGroup:NodeGroup")


def test_node_group_has_a_pinned_ami_release() -> None:
    made = group(instance="g6.4xlarge")
    assert made["amiType"] == "AL2023_x86_64_NVIDIA"
    assert made["releaseVersion"] == "1.35.6-20260714"
    assert made["version"] == "1.35"


def test_bottlerocket_node_group_has_the_version_of_the_cluster() -> None:
    made = group(instance="m7g.xlarge", ami={"family": "bottlerocket", "release": "1.63.0-0a1b2c3d"})
    assert made["amiType"] == "BOTTLEROCKET_ARM_64"
    assert made["releaseVersion"] == "1.63.0-0a1b2c3d"
    assert made["version"] == "1.35"


def test_older_ami_release_sets_the_older_kubernetes_version() -> None:
    made = group(instance="m7i.xlarge", ami={"release": "1.34.9-20260714"})
    assert (made["version"], made["releaseVersion"]) == ("1.34", "1.34.9-20260714")


def test_node_group_uses_the_private_subnets_of_its_zones() -> None:
    assert group(instance="m7i.xlarge")["subnetIds"] == ["subnet-a", "subnet-b", "subnet-c"]
    assert group(instance="m7i.xlarge", zones=["us-east-2c"])["subnetIds"] == ["subnet-c"]
    assert group(instance="p5.48xlarge", capacity={"capacityBlock": BLOCK})["subnetIds"] == ["subnet-b"]


def test_node_group_has_no_remote_access() -> None:
    assert "remoteAccess" not in group(instance="m7i.xlarge").inputs


def test_node_group_labels_exclude_labels_set_by_eks() -> None:
    assert group(instance="g6.4xlarge", zones=["us-east-2a"], labels={"tier": "dev"})["labels"] == {
        "gpu-cluster/pool": "p",
        "k8s.amazonaws.com/accelerator": "nvidia-l4",
        "nvidia.com/gpu.count": "1",
        "nvidia.com/gpu.memory": "23034",
        "nvidia.com/gpu.present": "true",
        "nvidia.com/gpu.product": "NVIDIA-L4",
        "tier": "dev",
    }


def test_taint_effects_use_the_eks_spelling() -> None:
    made = group(instance="g6.4xlarge", taints={"batch": {"effect": "PreferNoSchedule"}})
    assert made["taints"] == [
        {"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"},
        {"key": "batch", "effect": "PREFER_NO_SCHEDULE"},
    ]


@pytest.mark.parametrize(
    ("settings", "offered"),
    [
        ({"instance": "m7i.xlarge"}, {"ephemeral-storage": str(100 * 1024**3)}),
        (
            {"instance": "g6.4xlarge", "sharing": {"timeSlicing": 4}},
            {"nvidia.com/gpu": "4", "ephemeral-storage": "600000000000"},
        ),
        (
            {"instance": "p5.48xlarge", "sharing": {"mig": {"1g.10gb": 7}}},
            {"nvidia.com/gpu": "0", "nvidia.com/mig-1g.10gb": "56", "ephemeral-storage": "30400000000000"},
        ),
        (
            {"instance": "p5.48xlarge", "efa": True, "zones": ["us-east-2a"]},
            {"nvidia.com/gpu": "8", "vpc.amazonaws.com/efa": "32", "ephemeral-storage": "30400000000000"},
        ),
    ],
)
def test_node_group_has_scale_from_zero_tags_for_the_autoscaler(
    settings: dict[str, Any], offered: dict[str, str]
) -> None:
    prefix = "k8s.io/cluster-autoscaler/node-template/resources"
    assert group(**settings)["tags"] == {f"{prefix}/{name}": size for name, size in offered.items()}


def test_node_group_with_minimum_zero_starts_with_zero_nodes() -> None:
    assert group(instance="g6.4xlarge", nodes={"min": 0, "max": 4})["scalingConfig"] == {
        "minSize": 0,
        "maxSize": 4,
        "desiredSize": 0,
    }


def test_desired_size_is_ignored_only_for_scaled_node_groups() -> None:
    scaled = group(instance="g6.4xlarge", nodes={"min": 1, "max": 4})
    assert scaled.ignored_changes == ("scalingConfig.desiredSize",)
    fixed = group(instance="g6.4xlarge", nodes=3)
    assert fixed.ignored_changes == ()
    assert fixed["scalingConfig.desiredSize"] == 3


@pytest.mark.parametrize(
    ("settings", "strategy"),
    [
        ({"capacity": "on-demand"}, "DEFAULT"),
        ({"capacity": "spot"}, "DEFAULT"),
        ({"capacity": {"reservation": RESERVATION}}, "MINIMAL"),
        ({"capacity": {"capacityBlock": BLOCK}}, "MINIMAL"),
        ({"update": {"surge": False}}, "MINIMAL"),
    ],
)
def test_update_strategy_is_minimal_for_reserved_capacity_or_without_surge(
    settings: dict[str, Any], strategy: str
) -> None:
    """Replacing nodes or the group requires no additional GPUs."""
    made = group(instance="p5.48xlarge", **settings)
    assert made["updateConfig.updateStrategy"] == strategy
    assert made.deleted_before_replaced == (strategy == "MINIMAL")


def test_update_timeout_grows_with_the_number_of_nodes() -> None:
    update = {"maxUnavailable": 2}
    assert group(instance="m7i.xlarge", nodes=2).timeouts == ("", "60m")
    assert group(instance="m7i.xlarge", nodes=50, update=update).timeouts == ("", "500m")
    assert group(instance="m7i.xlarge", update=update)["updateConfig.maxUnavailable"] == 2


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        ("on-demand", ("ON_DEMAND", ["p5.48xlarge"])),
        ("spot", ("SPOT", ["p5.48xlarge"])),
        ({"reservation": RESERVATION}, ("ON_DEMAND", ["p5.48xlarge"])),
        ({"capacityBlock": BLOCK}, ("CAPACITY_BLOCK", None)),
    ],
)
def test_instance_type_of_a_capacity_block_is_not_set_on_the_node_group(
    capacity: Any, expected: tuple[str, list[str] | None]
) -> None:
    """EKS requires the instance type of a capacity block in the launch template."""
    made = group(instance="p5.48xlarge", capacity=capacity)
    assert (made["capacityType"], made.inputs.get("instanceTypes")) == expected


def test_capacity_block_nodes_are_scaled_to_zero_before_the_block_ends() -> None:
    block = BLOCK | {"drainMinutes": 90}
    drain = group_with(instance="p5.48xlarge", capacity={"capacityBlock": block}).only("Schedule")
    assert drain["startTime"] == "2036-12-01T10:00:00Z"
    assert (drain["minSize"], drain["maxSize"], drain["desiredCapacity"]) == (0, 0, 0)
    assert drain.retained


@pytest.mark.parametrize(("minutes", "count"), [(-1, 1), (0, 0), (59, 0)])
def test_drain_in_the_past_is_not_scheduled(
    minutes: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS rejects a one-time action in the past, and lists none that has run."""
    begin = datetime(2036, 12, 1, 10, 30, tzinfo=UTC)
    monkeypatch.setattr(node_group, "now", lambda: begin + timedelta(minutes=minutes))
    graph = group_with(instance="p5.48xlarge", capacity={"capacityBlock": BLOCK})
    assert len(graph.of("Schedule")) == count


def test_reservation_without_end_schedules_no_drain() -> None:
    graph = group_with(instance="p5.48xlarge", capacity={"reservation": RESERVATION})
    assert graph.of("Schedule") == []
