"""Instance types of the catalog: hardware as EC2 describes it, zones that offer it, spot prices."""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (moto has hardly any types)

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache

from moto.ec2.models.instance_types import INSTANCE_TYPES

from gpu_cluster.catalog import INSTANCES, Instance, PriceError, spot, zones_with
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.handlers.ec2.request_parameters import filters_of, refuse_dry_run
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document
from gpu_cluster_tools.rehearsal.aws.handlers.paging import page_of
from gpu_cluster_tools.rehearsal.aws.router import ApiCall
from gpu_cluster_tools.rehearsal.simulated_nodes.instance_types import instance_types

_LIKE = {"amd64": "m7i.xlarge", "arm64": "m7g.xlarge"}


@cache
def _described() -> Mapping[str, Document]:
    """Answers of EC2 that moto has recorded, and those for declared types; none of p6e-gb200.36xlarge."""
    return {
        name: INSTANCE_TYPES[name] if name in INSTANCES else _declared(instance)
        for name, instance in instance_types().items()
        if name in INSTANCE_TYPES or name not in INSTANCES
    }


def _declared(instance: Instance) -> Document:
    """The answer for a plain type, with the facts of the stack file."""
    gpus = (
        [{"Name": instance.gpu.name, "Manufacturer": "NVIDIA", "Count": instance.gpus}]
        if instance.gpu
        else []
    )
    disks = {"TotalSizeInGB": instance.nvme_gb} if instance.nvme_gb else None
    return {
        **INSTANCE_TYPES[_LIKE[instance.architecture]],
        "InstanceType": instance.name,
        "VCpuInfo": {"DefaultVCpus": instance.cpus},
        "MemoryInfo": {"SizeInMiB": instance.memory_gib * 1024},
        **({"GpuInfo": {"Gpus": gpus}} if gpus else {}),
        **({"InstanceStorageSupported": True, "InstanceStorageInfo": disks} if disks else {}),
    }


_FILTERS: Mapping[str, Callable[[Document], list[str]]] = {
    "supported-virtualization-type": lambda it: it.get("SupportedVirtualizationTypes", ["hvm"]),
    "processor-info.supported-architecture": lambda it: it["ProcessorInfo"]["SupportedArchitectures"],
    "instance-type": lambda it: [it["InstanceType"]],
}


def describe(call: ApiCall) -> Document:
    refuse_dry_run(call)
    names: list[str] = call.parameters.get("InstanceTypes") or list(_described())
    if unknown := [name for name in names if name not in _described()]:
        raise ApiError(
            "InvalidInstanceType",
            f"The following supplied instance types do not exist: [{', '.join(unknown)}]",
        )
    filters = filters_of(call, _FILTERS)
    found = [
        _described()[name]
        for name in names
        if all(set(_FILTERS[key](_described()[name])) & set(values) for key, values in filters.items())
    ]
    return page_of(call, "InstanceTypes", found)


def offerings(call: ApiCall) -> Document:
    refuse_dry_run(call)
    kind: str = call.parameters.get("LocationType", "region")
    filters = filters_of(call, ("instance-type", "location"))
    found = [
        {"InstanceType": name, "LocationType": kind, "Location": place}
        for name in _described()
        if name in filters.get("instance-type", [name])
        for place in _places(call.api, name, kind)
        if place in filters.get("location", [place])
    ]
    return page_of(call, "InstanceTypeOfferings", found)


def spot_prices(call: ApiCall) -> Document:
    """The least that spot is known to cost, in every zone that offers the type."""
    refuse_dry_run(call)
    asked: list[str] = call.parameters.get("InstanceTypes") or list(_described())
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
