"""Subnet layout of a VPC: adding a zone does not move other subnets."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import NamedTuple

from gpu_cluster.config.zone import is_local

ZONES = "abcdef"
"""Letters of the availability zones that any region has."""

AWS_KEEPS = 5
"""Reserved addresses of every subnet (VPC user guide, subnet sizing, 2026-11-21)."""

_LARGEST_RANGE = 16
_IPV6_SUBNETS_OF_A_TIER = 16


class Tier(StrEnum):
    """Purposes of subnets."""

    PRIVATE = "private"
    """Nodes, endpoints and load balancers that face the VPC."""

    PUBLIC = "public"
    """NAT gateways and load balancers that face the internet."""

    INTRA = "intra"
    """The interfaces of the control plane; no way out."""

    PODS = "pods"
    """Pods, if they have their own range."""


class _Place(NamedTuple):
    parts: int
    """Equal parts of the range, as a power of two."""

    first: int
    """The part that zone a gets; the others follow by letter."""


# Of 64 parts a private subnet has 8, which makes 48 for zones a to f. Public ones follow from 48 on and intra
# ones from 56 on; 54, 55, 62 and 63 are free for what may come.
_PLACES = {
    Tier.PRIVATE: _Place(3, 0),
    Tier.PUBLIC: _Place(6, 48),
    Tier.INTRA: _Place(6, 56),
    Tier.PODS: _Place(3, 0),
}


def subnet(cidr: str, tier: Tier, zone: str) -> IPv4Network:
    """Subnet of a tier in an availability zone; `cidr` is the range of the VPC, or of pods for their tier.

    The subnet does not depend on other zones or tiers. `ValueError` for a local zone.
    """
    network, place = IPv4Network(cidr), _PLACES[tier]
    length = network.prefixlen + place.parts
    start = int(network.network_address) + ((place.first + _position(zone)) << (32 - length))
    return IPv4Network((start, length))


def pod_ranges(cidr: str, zones: Sequence[str]) -> dict[str, str]:
    """Further ranges of a VPC for pods, by a name that stays: their range, or where that is too large for AWS
    the part of each zone."""
    if IPv4Network(cidr).prefixlen >= _LARGEST_RANGE:
        return {"pods": cidr}
    return {zone: str(subnet(cidr, Tier.PODS, zone)) for zone in zones}


def ipv6_subnet(tier: Tier, zone: str) -> Callable[[str], str]:
    """IPv6 /64 of a tier in an availability zone, from the /56 that AWS assigns to the VPC."""
    index = list(Tier).index(tier) * _IPV6_SUBNETS_OF_A_TIER + _position(zone)
    return lambda cidr: str(IPv6Network((int(IPv6Network(cidr).network_address) + (index << 64), 64)))


def usable(network: IPv4Network) -> int:
    """Addresses of a subnet that something can have."""
    return network.num_addresses - AWS_KEEPS


def _position(zone: str) -> int:
    if is_local(zone) or zone[-1] not in ZONES:
        raise ValueError(f"no place for {zone}")
    return ZONES.index(zone[-1])
