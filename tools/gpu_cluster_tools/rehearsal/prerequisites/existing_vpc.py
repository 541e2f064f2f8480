"""Existing VPC of a stack file: created in the account before the rehearsal, and checked after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, ip_network
from math import ceil, log2
from typing import Any

from gpu_cluster.config.network import ExistingNetwork
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.errors import RehearsalError

_KINDS = ("private", "public", "intra", "pods")
_LARGEST, _SMALLEST = 16, 28
"""Prefix lengths of VPCs and subnets (VPC user guide, VPC CIDR blocks, 2026-11-21)."""

_ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, slots=True)
class MadeVpc:
    """VPC of a rehearsal, and the ids that replace those of the stack file."""

    vpc: str
    subnets: Mapping[str, Mapping[str, str]]
    """Ids by kind of subnet, by zone."""

    routes: tuple[str, ...] = ()
    """Ids of its route tables."""

    ids: dict[str, Any] = field(default_factory=dict[str, Any])
    """Value of network.existing.ids; empty where the stack file finds them by tags."""


def make_vpc(api: Api, settings: ExistingNetwork) -> MadeVpc:
    """Create the VPC with its subnets, gateways and routes. `RehearsalError` if it cannot be created.

    Private subnets reach the internet through a NAT gateway in the first public subnet, if there is one.
    """
    wanted = _wanted(settings)
    _require_zones(api, {zone for zones in wanted.values() for zone in zones})
    blocks = _blocks(settings.cidrs, {kind: len(zones) for kind, zones in wanted.items()})
    try:
        return _made(api, settings, wanted, blocks)
    except ApiError as error:
        raise RehearsalError(f"the VPC of network.existing cannot be created: {error.message}") from error


def lost_of(api: Api, made: MadeVpc) -> list[str]:
    """Messages on deleted or changed parts of the VPC."""
    tables = [each["RouteTableId"] for each in api.call("ec2", "DescribeRouteTables")["RouteTables"]]
    vpcs = [each["VpcId"] for each in api.call("ec2", "DescribeVpcs")["Vpcs"]]
    subnets = [each["SubnetId"] for each in api.call("ec2", "DescribeSubnets")["Subnets"]]
    expected = {
        "VPC": ([made.vpc], vpcs),
        "subnet": ([id for zones in made.subnets.values() for id in zones.values()], subnets),
        "route table": (made.routes, tables),
    }
    return [
        f"existing {kind} {id} was deleted"
        for kind, (ids, there) in expected.items()
        for id in ids
        if id not in there
    ]


def _wanted(settings: ExistingNetwork) -> dict[str, list[str]]:
    """Zones by kind of subnet, as far as the stack file has them."""
    if settings.ids:
        given = {kind: list(getattr(settings.ids, kind)) for kind in _KINDS}
    else:
        given = {kind: settings.zones if getattr(settings.tags, kind) else [] for kind in _KINDS}
    return {kind: zones for kind, zones in given.items() if zones}


def _require_zones(api: Api, zones: set[str]) -> None:
    there = {it["ZoneName"] for it in api.call("ec2", "DescribeAvailabilityZones")["AvailabilityZones"]}
    if unknown := sorted(zones - there):
        raise RehearsalError(
            f"the emulated account has no zone {', '.join(unknown)}; expected {', '.join(sorted(there))}"
        )


def _blocks(cidrs: Sequence[str], counts: Mapping[str, int]) -> dict[str, list[str]]:
    """Ranges of subnets by kind; pods have those of the last range, where there are several."""
    ranges = [network for cidr in cidrs if isinstance(network := ip_network(cidr), IPv4Network)]
    if not ranges or not all(_LARGEST <= it.prefixlen <= _SMALLEST - 4 for it in ranges):
        shown = ", ".join(cidrs)
        raise RehearsalError(
            f"network.existing.cidrs: expected IPv4 ranges from /{_LARGEST} to /{_SMALLEST - 4}, got {shown}"
        )
    found: dict[str, list[str]] = {}
    own = {kind: count for kind, count in counts.items() if kind == "pods" and len(ranges) > 1}
    shared = {kind: count for kind, count in counts.items() if kind not in own}
    for network, kinds in ((ranges[0], shared), (ranges[-1], own)):
        total = sum(kinds.values())
        if total:
            subnets = iter(network.subnets(prefixlen_diff=ceil(log2(total)) if total > 1 else 0))
            found |= {kind: [str(next(subnets)) for _ in range(count)] for kind, count in kinds.items()}
    return found


def _made(
    api: Api, settings: ExistingNetwork, wanted: Mapping[str, list[str]], blocks: Mapping[str, list[str]]
) -> MadeVpc:
    first, *others = settings.cidrs
    tags = settings.tags.vpc if settings.tags else {"Name": "existing"}
    vpc: str = api.call("ec2", "CreateVpc", CidrBlock=first, TagSpecifications=_tags("vpc", tags))["Vpc"][
        "VpcId"
    ]
    for cidr in others:
        api.call("ec2", "AssociateVpcCidrBlock", VpcId=vpc, CidrBlock=cidr)
    for attribute in ("EnableDnsSupport", "EnableDnsHostnames"):
        api.call("ec2", "ModifyVpcAttribute", VpcId=vpc, **{attribute: {"Value": True}})
    subnets = {
        kind: {
            zone: _subnet(api, vpc, zone, block, _tags_of(settings, kind, zone))
            for zone, block in zip(zones, blocks[kind], strict=True)
        }
        for kind, zones in wanted.items()
    }
    routes = _routes(api, vpc, subnets)
    return MadeVpc(vpc, subnets, tuple(routes), {"vpc": vpc, **subnets} if settings.ids else {})


def _tags_of(settings: ExistingNetwork, kind: str, zone: str) -> dict[str, str]:
    return dict(getattr(settings.tags, kind)) if settings.tags else {"Name": f"{kind}-{zone}"}


def _subnet(api: Api, vpc: str, zone: str, block: str, tags: Mapping[str, str]) -> str:
    made = api.call(
        "ec2",
        "CreateSubnet",
        VpcId=vpc,
        AvailabilityZone=zone,
        CidrBlock=block,
        TagSpecifications=_tags("subnet", tags),
    )
    return made["Subnet"]["SubnetId"]


def _routes(api: Api, vpc: str, subnets: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Route table for each type of subnet: internet gateway, NAT gateway, or local routes only."""
    gateway = ""
    made: list[str] = []
    for kind in ("public", *(kind for kind in subnets if kind != "public")):
        if kind not in subnets:
            continue
        table = api.call("ec2", "CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
        made.append(table)
        for subnet in subnets[kind].values():
            api.call("ec2", "AssociateRouteTable", RouteTableId=table, SubnetId=subnet)
        if kind == "public":
            internet = api.call("ec2", "CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
            api.call("ec2", "AttachInternetGateway", InternetGatewayId=internet, VpcId=vpc)
            _route(api, table, GatewayId=internet)
            gateway = _nat(api, next(iter(subnets[kind].values())))
        elif kind != "intra" and gateway:
            _route(api, table, NatGatewayId=gateway)
    return made


def _nat(api: Api, subnet: str) -> str:
    address = api.call("ec2", "AllocateAddress", Domain="vpc")["AllocationId"]
    made = api.call("ec2", "CreateNatGateway", SubnetId=subnet, AllocationId=address)
    return made["NatGateway"]["NatGatewayId"]


def _route(api: Api, table: str, **target: str) -> None:
    api.call("ec2", "CreateRoute", RouteTableId=table, DestinationCidrBlock=_ANYWHERE, **target)


def _tags(kind: str, tags: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
