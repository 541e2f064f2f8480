import json
from typing import Any

import pytest
from pydantic import ValidationError

from gpu_cluster.config.network import EVERY_NODE_CALLS, Nat, NetworkSettings
from gpu_cluster.config.zone import is_local

A, B = "eu-central-1a", "eu-central-1b"


def settings(**given: Any) -> NetworkSettings:
    """As a stack file gives them."""
    return NetworkSettings.model_validate_json(json.dumps(given), strict=True)


def test_zones_are_enough() -> None:
    network = settings(zones=[A, B])
    assert network.nat is Nat.PER_ZONE
    assert network.endpoints == EVERY_NODE_CALLS
    assert network.every_zone == [A, B]
    assert network.flow_logs.retention_days == 90


@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "172.31.0.0/18", "192.168.8.0/21", "100.127.0.0/16"])
def test_private_ranges_from_16_to_21_hold_a_network(cidr: str) -> None:
    assert settings(cidr=cidr).cidr == cidr


@pytest.mark.parametrize(
    ("cidr", "expected"),
    [
        ("10.0.0.0/15", "from /16 to /21"),
        ("10.0.0.0/22", "from /16 to /21"),
        ("172.32.0.0/16", "a range within"),
        ("fd00::/16", "a range within"),
        ("10.0.0.0", "a CIDR range without host bits, such as 10.0.0.0/32"),
    ],
)
def test_others_do_not(cidr: str, expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        settings(cidr=cidr)


def test_pods_may_have_a_larger_range_and_a_smaller_one() -> None:
    assert settings(podCidr="100.64.0.0/13").pod_cidr == "100.64.0.0/13"
    assert settings(podCidr="100.64.0.0/24").pod_cidr == "100.64.0.0/24"
    with pytest.raises(ValidationError, match="from /13 to /24"):
        settings(podCidr="100.64.0.0/12")


def test_a_network_that_is_there_says_where_nodes_can_be() -> None:
    subnets = {A: "subnet-0000000000000000a", B: "subnet-0000000000000000b"}
    ids = {"vpc": "vpc-0123456789abcdef0", "private": subnets}
    tags = {"vpc": {"Name": "shared"}, "zones": [B, A], "private": {"tier": "nodes"}}
    assert settings(existing={"cidrs": ["10.8.0.0/16"], "ids": ids}).every_zone == [A, B]
    assert settings(existing={"cidrs": ["10.8.0.0/16"], "tags": tags}).every_zone == [B, A]


@pytest.mark.parametrize(
    ("zone", "local"), [("eu-central-1a", False), ("us-west-2-lax-1a", True), ("ap-southeast-4b", False)]
)
def test_a_local_zone_is_told_by_its_name(zone: str, local: bool) -> None:
    assert is_local(zone) is local
