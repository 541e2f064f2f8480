"""Capacity bought for days: nodes that look for it in another zone, or outlive it."""

from typing import Any

import pytest

from tests.pains.platforms import group, platform, refusal, template

BLOCK = {"id": "cr-0123456789abcdef0", "zone": "us-east-2a", "count": 2, "ends": "2036-12-01T11:30:00Z"}


def test_launch_template_uses_only_the_capacity_block() -> None:
    made = template(platform("prod"), "h100")
    target = made["capacityReservationSpecification.capacityReservationTarget"]
    assert target == {"capacityReservationId": "cr-0123456789abcdef0"}
    assert made["instanceMarketOptions"] == {"marketType": "capacity-block"}
    assert made["instanceType"] == "p5.48xlarge"


def test_node_group_is_in_the_zone_and_size_of_the_block() -> None:
    made = group(platform("prod"), "h100")
    assert made["capacityType"] == "CAPACITY_BLOCK"
    assert "instanceTypes" not in made.inputs
    assert made["subnetIds"] == ["platform-network-subnets-private-us-east-2a-id"]
    assert made["scalingConfig.maxSize"] == 2


def test_nodes_are_drained_before_aws_ends_them() -> None:
    drain = platform("prod").only("Schedule")
    assert drain["startTime"] == "2036-12-01T10:30:00Z"
    assert (drain["minSize"], drain["maxSize"], drain["desiredCapacity"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ({"count": 1}, "count: expected at least 2, which is nodes.max, got 1"),
        ({"zone": "us-west-2a"}, "us-west-2a"),
        ({"ends": "2020-12-01T11:30:00Z"}, "the block ended at 2020-12-01T11:30:00Z"),
        ({"id": "cr-block"}, "capacityBlock.id"),
    ],
)
def test_capacity_block_that_does_not_fit_is_refused(block: dict[str, Any], problem: str) -> None:
    assert problem in refusal("prod", {"pools.h100.capacity": {"capacityBlock": BLOCK | block}})


@pytest.mark.parametrize("key", ["zone", "count", "ends"])
def test_capacity_block_requires_zone_count_and_end(key: str) -> None:
    block = {name: value for name, value in BLOCK.items() if name != key}
    assert f"capacityBlock.{key}" in refusal("prod", {"pools.h100.capacity": {"capacityBlock": block}})


def test_ultraserver_drained_too_late_is_refused() -> None:
    late = {
        "pools.h100.instance": "p6e-gb200.36xlarge",
        "pools.h100.capacity": {"capacityBlock": BLOCK | {"drainMinutes": 60}},
    }
    assert "an UltraServer must be empty 60 minutes before the block ends" in refusal("prod", late)
