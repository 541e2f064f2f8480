"""Instance types of the catalog: hardware as EC2 describes it, zones that offer it, spot prices."""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (moto has hardly any types)

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from moto.ec2.models.instance_types import INSTANCE_TYPES

from gpu_cluster.catalog import INSTANCES, PriceError, spot, zones_with
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.handlers.ec2.request_parameters import filters_of, refuse_dry_run
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document
from gpu_cluster_tools.rehearsal.aws.handlers.paging import page_of
from gpu_cluster_tools.rehearsal.aws.router import ApiCall

_DESCRIBED: Mapping[str, Document] = {
    name: INSTANCE_TYPES[name] for name in INSTANCES if name in INSTANCE_TYPES
}
"""Answers of EC2 that moto has recorded; it has none of p6e-gb200.36xlarge."""

_FILTERS: Mapping[str, Callable[[Document], list[str]]] = {
    "supported-virtualization-type": lambda it: it.get("SupportedVirtualizationTypes", ["hvm"]),
    "processor-info.supported-architecture": lambda it: it["ProcessorInfo"]["SupportedArchitectures"],
    "instance-type": lambda it: [it["InstanceType"]],
}


def describe(call: ApiCall) -> Document:
    refuse_dry_run(call)
    names: list[str] = call.parameters.get("InstanceTypes") or list(_DESCRIBED)
    if unknown := [name for name in names if name not in _DESCRIBED]:
        raise ApiError(
            "InvalidInstanceType",
            f"The following supplied instance types do not exist: [{', '.join(unknown)}]",
        )
    filters = filters_of(call, _FILTERS)
    found = [
        _DESCRIBED[name]
        for name in names
        if all(set(_FILTERS[key](_DESCRIBED[name])) & set(values) for key, values in filters.items())
    ]
    return page_of(call, "InstanceTypes", found)


def offerings(call: ApiCall) -> Document:
    refuse_dry_run(call)
    kind: str = call.parameters.get("LocationType", "region")
    filters = filters_of(call, ("instance-type", "location"))
    found = [
        {"InstanceType": name, "LocationType": kind, "Location": place}
        for name in _DESCRIBED
        if name in filters.get("instance-type", [name])
        for place in _places(call.api, name, kind)
        if place in filters.get("location", [place])
    ]
    return page_of(call, "InstanceTypeOfferings", found)


def spot_prices(call: ApiCall) -> Document:
    """The least that spot is known to cost, in every zone that offers the type."""
    refuse_dry_run(call)
    asked: list[str] = call.parameters.get("InstanceTypes") or list(_DESCRIBED)
    now = datetime.now(UTC)
    found = [
        {
            "AvailabilityZone": zone,
            "InstanceType": name,
            "ProductDescription": "Linux/UNIX",
            "SpotPrice": f"{price:.6f}",
            "Timestamp": now,
        }
        for name in asked
        for price in _spot_price(name, call.api.region)
        for zone in _places(call.api, name, "availability-zone")
    ]
    return page_of(call, "SpotPriceHistory", found)


def _places(api: Api, name: str, kind: str) -> list[str]:
    described = api.call("ec2", "DescribeAvailabilityZones")["AvailabilityZones"]
    zones = {each["ZoneId"]: each["ZoneName"] for each in described}
    ids = zones_with(name, api.region)
    offered = list(zones) if ids is None else [id for id in ids if id in zones]
    match kind:
        case "region":
            return [api.region] if offered else []
        case "availability-zone-id":
            return offered
        case _:
            return [zones[id] for id in offered]


def _spot_price(name: str, region: str) -> Iterator[float]:
    """The least price of spot; nothing where the catalog has none."""
    try:
        least, _ = spot(name, region)
    except PriceError:
        return
    yield float(least.usd)
