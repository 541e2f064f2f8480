"""The functions that find VPCs, subnets and security groups that were there before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from rehearsal.aws import sdk
from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.kind import Answer, Kind
from rehearsal.aws.naming import observed, tags_of
from rehearsal.aws.services import ec2_security, ec2_vpc
from rehearsal.aws.services.ec2 import call

Arguments = Mapping[str, Any]
Function = Callable[[Api, Arguments], Answer]

_FILTERS = {
    "availabilityZone": "availability-zone",
    "availabilityZoneId": "availability-zone-id",
    "cidrBlock": "cidr-block",
    "defaultForAz": "default-for-az",
    "dhcpOptionsId": "dhcp-options-id",
    "ipv6CidrBlock": "ipv6-cidr-block-association.ipv6-cidr-block",
    "name": "group-name",
    "state": "state",
    "vpcId": "vpc-id",
}


@dataclass(frozen=True)
class _Lookup:
    """How things of one kind are listed."""

    operation: str
    member: str
    id: str
    words: str
    kind: Kind


_LOOKUPS = {
    "Vpc": _Lookup("DescribeVpcs", "Vpcs", "VpcId", "EC2 VPC", ec2_vpc.VPC_KIND),
    "Subnet": _Lookup("DescribeSubnets", "Subnets", "SubnetId", "EC2 Subnet", ec2_vpc.SUBNET_KIND),
    "SecurityGroup": _Lookup(
        "DescribeSecurityGroups", "SecurityGroups", "GroupId", "EC2 Security Group", ec2_security.GROUP_KIND
    ),
}


def _one(name: str, api: Api, arguments: Arguments) -> Answer:
    """The one thing that the arguments describe."""
    lookup = _LOOKUPS[name]
    found = _found(api, lookup, arguments)
    if not found:
        raise ApiError("NotFound", f"no matching {lookup.words} found")
    if len(found) > 1:
        more = "use additional constraints to reduce matches to one"
        raise ApiError("Ambiguous", f"multiple {lookup.words}s matched; {more}")
    id: str = found[0][lookup.id]
    thing = _with_sets(lookup.kind.read(api, id, {}) or {})
    return {"id": id, "region": api.region, **observed(thing, sdk.answers_of(_token(name)))}


def _subnets(api: Api, arguments: Arguments) -> Answer:
    found = _found(api, _LOOKUPS["Subnet"], arguments)
    return dict(arguments) | {
        "id": api.region,
        "region": api.region,
        "ids": sorted(each["SubnetId"] for each in found),
        "tags": arguments.get("tags", {}),
    }


def _found(api: Api, lookup: _Lookup, arguments: Arguments) -> list[Answer]:
    wanted = {each["name"]: each["values"] for each in arguments.get("filters", [])}
    wanted |= {f"tag:{key}": [value] for key, value in arguments.get("tags", {}).items()}
    wanted |= {name: [_word(arguments[key])] for key, name in _FILTERS.items() if key in arguments}
    if arguments.get("default"):
        wanted["is-default"] = ["true"]
    filters = [{"Name": name, "Values": values} for name, values in wanted.items()]
    found: list[Answer] = call(api, lookup.operation, Filters=filters)[lookup.member]
    return [each for each in found if each[lookup.id] == arguments.get("id", each[lookup.id])]


def _with_sets(thing: Answer) -> Answer:
    """With its tags as a map, and its address ranges under the names that the functions have for them."""
    blocks = [
        {"associationId": each["AssociationId"], "cidrBlock": each["CidrBlock"], "state": "associated"}
        for each in thing.get("CidrBlockAssociationSet", [])
        if each["CidrBlockState"]["State"] == "associated"
    ]
    tags = tags_of(thing.get("Tags", []))
    return thing | {"tags": tags, "cidrBlockAssociations": blocks, "default": thing.get("IsDefault")}


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _token(name: str) -> str:
    return f"aws:ec2/get{name}:get{name}"


FUNCTIONS: Mapping[str, Function] = {
    **{_token(name): partial(_one, name) for name in _LOOKUPS},
    _token("Subnets"): _subnets,
}
