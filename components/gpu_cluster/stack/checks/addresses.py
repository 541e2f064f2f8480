"""Addresses: the subnets of each zone are large enough for all nodes and pods at nodes.max."""

from collections.abc import Iterator, Mapping, Sequence

from gpu_cluster.capacity import Pool
from gpu_cluster.capacity.addresses import Tier, demand_of, subnet, usable
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.network import POD_SIZES, VPC_SIZES, NetworkSettings
from gpu_cluster.config.pools import PoolSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.diagnostic import Diagnostic
from gpu_cluster.stack.suggestions import one_of


def addresses(stack: Stack, settings: NetworkSettings, offered: Mapping[str, Pool]) -> Iterator[Diagnostic]:
    """The size of an existing network is unknown."""
    if settings.existing or not offered:
        return
    zones = {name: _zones_of(stack.pools[name], settings) for name in offered}
    demand = demand_of(offered.values(), zones)
    if settings.pod_cidr:
        yield from _short("podCidr", settings.pod_cidr, Tier.PODS, demand.pods)
    apart = settings.pod_cidr or (
        isinstance(stack.cluster, EksSettings) and stack.cluster.ip_family == "ipv6"
    )
    here = demand.nodes if apart else demand.nodes + demand.pods
    private = {zone: here[zone] + len(settings.endpoints) for zone in settings.zones}
    yield from _short("cidr", settings.cidr, Tier.PRIVATE, private)


def _zones_of(pool: PoolSettings, settings: NetworkSettings) -> Sequence[str]:
    reserved = pool.capacity.reserved
    return pool.zones or ([reserved.zone] if reserved else settings.zones)


def _short(key: str, cidr: str, tier: Tier, needed: Mapping[str, int]) -> Iterator[Diagnostic]:
    """One diagnostic, for the zone with the largest requirement."""
    zone = max(needed, key=lambda zone: needed[zone])
    has = usable(subnet(cidr, tier, zone))
    if needed[zone] <= has:
        return
    message = (
        f"{cidr} is too small: at nodes.max of all pools {zone} needs {needed[zone]} addresses, and its"
        f" {tier} subnet has {has}; expected {one_of(_ways(tier, needed[zone]))}"
    )
    yield Diagnostic(("network", key), message)


def _ways(tier: Tier, needed: int) -> list[str]:
    """Settings that provide enough addresses."""
    larger = _enough(tier, VPC_SIZES if tier is Tier.PRIVATE else POD_SIZES, needed)
    ways = [f"/{larger}"] if larger else []
    apart = _enough(Tier.PODS, POD_SIZES, needed)
    if tier is Tier.PRIVATE and apart:
        ways.append(f"a podCidr such as 100.64.0.0/{apart}")
    return [*ways, "more zones", "fewer nodes"]


def _enough(tier: Tier, sizes: range, needed: int) -> int | None:
    """Longest prefix whose subnets have enough addresses."""
    return next((it for it in reversed(sizes) if usable(subnet(f"0.0.0.0/{it}", tier, "a")) >= needed), None)
