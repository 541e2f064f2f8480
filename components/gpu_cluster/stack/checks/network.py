"""Network: required with provider eks, in zones of the region, with required endpoints."""

from collections.abc import Iterable, Iterator, Mapping

from pydantic.alias_generators import to_camel

from gpu_cluster.capacity import Pool
from gpu_cluster.catalog import zone_names
from gpu_cluster.config.network import ExistingNetwork, Nat, NetworkIds, NetworkSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.zone import is_local
from gpu_cluster.stack.checks.addresses import addresses
from gpu_cluster.stack.checks.cidrs import cidrs
from gpu_cluster.stack.checks.region import on_aws, unknown_region
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.required_endpoints import required_endpoints
from gpu_cluster.stack.suggestions import CLOSE, did_you_mean, one_of

_KEYS: Keys = ("network",)
_LEAST_ZONES = 2
"""EKS requires subnets in two zones (Amazon EKS user guide, subnet requirements, 2026-11-21)."""


def network(stack: Stack, offered: dict[str, Pool], broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    settings = stack.network
    if not on_aws(stack):
        if settings:
            yield Diagnostic(_KEYS, f"only with provider eks, got {stack.cluster.provider}")
        return
    if settings is None:
        if not any(keys[0] == "network" for keys in broken):
            yield Diagnostic(_KEYS, "required key is missing with provider eks; the VPC of the cluster")
        return
    if ("network", "existing") in broken:
        return
    yield from cidrs(stack, settings, broken)
    yield from _alone(settings) if settings.existing else _closed(stack, settings)
    if stack.region is None or unknown_region(stack.region) or ("network", "zones") in broken:
        return
    wrong_zones = list(_zones(settings, stack.region)) or list(_pool_zones(stack, settings))
    yield from wrong_zones
    if not wrong_zones and not any(keys[0] == "network" for keys in broken):
        yield from addresses(stack, settings, offered)


def _alone(settings: NetworkSettings) -> Iterator[Diagnostic]:
    for field in settings.model_fields_set - {"existing"}:
        yield Diagnostic(
            (*_KEYS, to_camel(field)),
            "not with existing, because the network is managed elsewhere; remove the key",
        )


def _closed(stack: Stack, settings: NetworkSettings) -> Iterator[Diagnostic]:
    missing = sorted(required_endpoints(stack) - settings.endpoints)
    if settings.nat is Nat.NONE and missing:
        message = f"required with nat: none, because the stack calls {', '.join(missing)}; add them"
        yield Diagnostic((*_KEYS, "endpoints"), message)


def _zones(settings: NetworkSettings, region: str) -> Iterator[Diagnostic]:
    if settings.existing:
        yield from _existing_zones(settings.existing, region)
    else:
        yield from _own_zones(settings.zones, region)


def _own_zones(zones: list[str], region: str) -> Iterator[Diagnostic]:
    keys: Keys = (*_KEYS, "zones")
    if not zones:
        example = f"{region}a and {region}b"
        yield Diagnostic(
            keys, f"required key is missing; availability zones, at least two, such as {example}"
        )
        return
    for position, zone in enumerate(zones):
        if problem := _outside(zone, region):
            yield Diagnostic((*keys, position), problem)
        elif is_local(zone):
            message = (
                f"{zone} is a local zone; expected availability zones, or its subnets in network.existing"
            )
            yield Diagnostic((*keys, position), message)
        elif zone in zones[:position]:
            yield Diagnostic((*keys, position), f"{zone} is listed twice")
    yield from _too_few(keys, zones)


def _existing_zones(existing: ExistingNetwork, region: str) -> Iterator[Diagnostic]:
    keys: Keys = (*_KEYS, "existing")
    if existing.tags:
        keys = (*keys, "tags", "zones")
        for position, zone in enumerate(existing.tags.zones):
            if problem := _outside(zone, region):
                yield Diagnostic((*keys, position), problem)
        yield from _too_few(keys, existing.tags.zones)
    if existing.ids:
        yield from _existing_subnets((*keys, "ids"), existing.ids, region)


def _existing_subnets(keys: Keys, ids: NetworkIds, region: str) -> Iterator[Diagnostic]:
    tiers = {"private": ids.private, "public": ids.public, "intra": ids.intra, "pods": ids.pods}
    for tier, subnets in tiers.items():
        for zone in subnets:
            if problem := _outside(zone, region):
                yield Diagnostic((*keys, tier, zone), problem)
    yield from _shared_subnets(keys, tiers)
    tier = "intra" if ids.intra else "private"
    yield from _too_few((*keys, tier), tiers[tier])
    missing = [zone for zone in ids.private if ids.pods and zone not in ids.pods]
    if missing:
        message = f"expected a subnet in every zone of private; missing in {', '.join(missing)}"
        yield Diagnostic((*keys, "pods"), message)


def _shared_subnets(keys: Keys, tiers: Mapping[str, Mapping[str, str]]) -> Iterator[Diagnostic]:
    """A subnet is in one zone (VPC user guide, Subnets for your VPC, 2026-11-28)."""
    zones: dict[str, str] = {}
    for tier, subnets in tiers.items():
        for zone, subnet in subnets.items():
            first = zones.setdefault(subnet, zone)
            if first != zone:
                message = f"{subnet} is already the subnet of {first}; a subnet is in one zone"
                yield Diagnostic((*keys, tier, zone), message)


def _outside(zone: str, region: str) -> str | None:
    """Diagnostic of a zone that is not in the region, if any."""
    known = zone_names(region)
    if zone in known or (is_local(zone) and zone.startswith(f"{region}-")):
        return None
    if zone[:-1] == region:
        return f"{region} has no zone '{zone}'; expected {one_of(known)}"
    near = did_you_mean(zone, known, cutoff=CLOSE) or f"; expected {one_of(known)}"
    return f"'{zone}' is not a zone of {region}{near}"


def _too_few(keys: Keys, zones: Iterable[str]) -> Iterator[Diagnostic]:
    of_region = {zone for zone in zones if not is_local(zone)}
    if len(of_region) < _LEAST_ZONES:
        got = ", ".join(sorted(of_region)) or "none"
        yield Diagnostic(keys, f"expected at least two availability zones for the control plane, got {got}")


def _pool_zones(stack: Stack, settings: NetworkSettings) -> Iterator[Diagnostic]:
    known = settings.every_zone
    for name, pool in stack.pools.items():
        keys: Keys = ("pools", name)
        for position, zone in enumerate(pool.zones or ()):
            if zone not in known:
                yield Diagnostic((*keys, "zones", position), _not_there(zone, known))
        reserved = pool.capacity.reserved
        if reserved and reserved.zone not in known:
            way = "reservation" if pool.capacity.reservation else "capacityBlock"
            yield Diagnostic((*keys, "capacity", way, "zone"), _not_there(reserved.zone, known))


def _not_there(zone: str, known: list[str]) -> str:
    return f"the network has no subnet in '{zone}'; expected {one_of(known)}"
