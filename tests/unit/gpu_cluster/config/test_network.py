import json
from typing import Any

import pytest
from pydantic import ValidationError

from gpu_cluster.config.network import EVERY_NODE_CALLS, Nat, NetworkSettings
from gpu_cluster.config.zone import is_local

A, B = "eu-central-1a", "eu-central-1b"


def settings(**given: Any) -> NetworkSettings:
    """Network settings parsed as in a stack file."""
    return NetworkSettings.model_validate_json(json.dumps(given), strict=True)


def test_network_settings_require_only_zones() -> None:
    network = settings(zones=[A, B])
    assert network.nat is Nat.PER_ZONE
    assert network.endpoints == EVERY_NODE_CALLS
    assert network.every_zone == [A, B]
    assert network.flow_logs.retention_days == 90


@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "172.31.0.0/18", "192.168.8.0/21", "100.127.0.0/16"])
def test_vpc_cidr_accepts_private_ranges_from_16_to_21(cidr: str) -> None:
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
def test_vpc_cidr_rejects_other_ranges(cidr: str, expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        settings(cidr=cidr)


def test_pod_cidr_accepts_ranges_from_13_to_24() -> None:
    assert settings(podCidr="100.64.0.0/13").pod_cidr == "100.64.0.0/13"
    assert settings(podCidr="100.64.0.0/24").pod_cidr == "100.64.0.0/24"
    with pytest.raises(ValidationError, match="from /13 to /24"):
        settings(podCidr="100.64.0.0/12")


def test_existing_network_has_the_zones_of_its_subnets() -> None:
    subnets = {A: "subnet-0000000000000000a", B: "subnet-0000000000000000b"}
    ids = {"vpc": "vpc-0123456789abcdef0", "private": subnets}
    tags = {"vpc": {"Name": "shared"}, "zones": [B, A], "private": {"tier": "nodes"}}
    assert settings(existing={"cidrs": ["10.8.0.0/16"], "ids": ids}).every_zone == [A, B]
    assert settings(existing={"cidrs": ["10.8.0.0/16"], "tags": tags}).every_zone == [B, A]


@pytest.mark.parametrize(
    ("zone", "local"), [("eu-central-1a", False), ("us-west-2-lax-1a", True), ("ap-southeast-4b", False)]
)
def test_local_zone_is_recognized_by_its_name(zone: str, local: bool) -> None:
    assert is_local(zone) is local
