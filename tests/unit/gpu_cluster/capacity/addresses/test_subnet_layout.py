from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_cluster.capacity.addresses import ZONES, Tier, ipv6_subnet, pod_ranges, subnet, usable
from gpu_cluster.config.network import POD_SIZES, VPC_SIZES

TIERS = [Tier.PRIVATE, Tier.PUBLIC, Tier.INTRA]
IPV6 = "2001:db8:1234:5600::/56"

_ZONES = [f"eu-central-1{letter}" for letter in ZONES]


@st.composite
def ranges(draw: st.DrawFn, sizes: range) -> str:
    length = draw(st.sampled_from(sizes))
    return str(IPv4Network((draw(st.integers(0, 2**24 - 1)) + (10 << 24), length), strict=False))


def subnets(cidr: str) -> Iterator[IPv4Network]:
    return (subnet(cidr, tier, zone) for tier in TIERS for zone in _ZONES)


@given(ranges(VPC_SIZES))
def test_subnets_are_in_the_vpc_and_do_not_overlap(cidr: str) -> None:
    found = list(subnets(cidr))
    assert all(each.subnet_of(IPv4Network(cidr)) for each in found)
    assert not any(one.overlaps(other) for one, other in combinations(found, 2))


@given(ranges(POD_SIZES))
def test_pod_subnets_are_in_the_pod_range_and_do_not_overlap(cidr: str) -> None:
    found = [subnet(cidr, Tier.PODS, zone) for zone in _ZONES]
    assert all(each.subnet_of(IPv4Network(cidr)) for each in found)
    assert not any(one.overlaps(other) for one, other in combinations(found, 2))


@given(ranges(POD_SIZES))
def test_pod_ranges_are_at_most_16_and_contain_the_pod_subnets(cidr: str) -> None:
    found = [IPv4Network(part) for part in pod_ranges(cidr, _ZONES).values()]
    assert all(part.prefixlen >= 16 for part in found)
    for zone in _ZONES:
        assert any(subnet(cidr, Tier.PODS, zone).subnet_of(part) for part in found)


def test_pod_range_larger_than_16_is_split_by_zone() -> None:
    zones = _ZONES[:2]
    assert pod_ranges("100.64.0.0/16", zones) == {"pods": "100.64.0.0/16"}
    assert pod_ranges("100.64.0.0/13", zones) == {zones[0]: "100.64.0.0/16", zones[1]: "100.65.0.0/16"}


@pytest.mark.parametrize(
    ("tier", "zone", "expected"),
    [
        (Tier.PRIVATE, "eu-central-1a", "10.40.0.0/19"),
        (Tier.PRIVATE, "eu-central-1c", "10.40.64.0/19"),
        (Tier.PRIVATE, "us-east-1f", "10.40.160.0/19"),
        (Tier.PUBLIC, "eu-central-1a", "10.40.192.0/22"),
        (Tier.PUBLIC, "us-east-1f", "10.40.212.0/22"),
        (Tier.INTRA, "eu-central-1b", "10.40.228.0/22"),
        (Tier.PODS, "eu-central-1b", "10.40.32.0/19"),
    ],
)
def test_subnet_has_the_recorded_range(tier: Tier, zone: str, expected: str) -> None:
    assert str(subnet("10.40.0.0/16", tier, zone)) == expected


def test_smallest_vpc_has_no_subnet_smaller_than_27() -> None:
    assert max(each.prefixlen for each in subnets(f"10.0.0.0/{VPC_SIZES[-1]}")) == 27
    assert subnet(f"100.64.0.0/{POD_SIZES[-1]}", Tier.PODS, "eu-central-1a").prefixlen == 27


def test_usable_excludes_five_addresses_per_subnet() -> None:
    assert usable(IPv4Network("10.0.0.0/27")) == 27


def test_ipv6_subnets_are_distinct_64_blocks_of_the_vpc() -> None:
    found = [IPv6Network(ipv6_subnet(tier, zone)(IPV6)) for tier in Tier for zone in _ZONES]
    assert len(set(found)) == len(Tier) * len(_ZONES)
    assert all(each.subnet_of(IPv6Network(IPV6)) and each.prefixlen == 64 for each in found)
    assert ipv6_subnet(Tier.PRIVATE, "eu-central-1b")(IPV6) == "2001:db8:1234:5601::/64"
    assert ipv6_subnet(Tier.PODS, "eu-central-1a")(IPV6) == "2001:db8:1234:5630::/64"


@pytest.mark.parametrize("zone", ["us-west-2-lax-1a", "eu-central-1g"])
def test_local_zone_or_unknown_zone_raises_value_error(zone: str) -> None:
    with pytest.raises(ValueError, match=f"no place for {zone}"):
        subnet("10.0.0.0/16", Tier.PRIVATE, zone)
