"""The functions of the provider that programs call while they run."""

from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.aws import identity
from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.policy_document import policy_document
from rehearsal.aws.services import ec2_lookups

Arguments = Mapping[str, Any]


def invoke(token: str, api: Api, arguments: Arguments) -> dict[str, Any]:
    """What a function answers. `ApiError` where it has no emulation."""
    if token not in _FUNCTIONS:
        raise ApiError("NotEmulated", f"{token} has no emulation in rehearsal/aws")
    here = api.in_region(arguments.get("region") or api.region)
    return _FUNCTIONS[token](here, arguments)


def _caller_identity(api: Api, _arguments: Arguments) -> dict[str, Any]:
    caller = api.call("sts", "GetCallerIdentity")
    return {
        "accountId": caller["Account"],
        "arn": identity.session_of(identity.principal_of(api.access_key)),
        "userId": caller["UserId"],
        "id": caller["Account"],
    }


def _region(api: Api, _arguments: Arguments) -> dict[str, Any]:
    return {
        "region": api.region,
        "name": api.region,
        "id": api.region,
        "endpoint": f"ec2.{api.region}.amazonaws.com",
        "description": api.region,
    }


def _partition(_api: Api, _arguments: Arguments) -> dict[str, Any]:
    return {
        "partition": "aws",
        "id": "aws",
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
    }


def _availability_zones(api: Api, arguments: Arguments) -> dict[str, Any]:
    filters = [{"Name": each["name"], "Values": each["values"]} for each in arguments.get("filters", [])]
    found = api.call("ec2", "DescribeAvailabilityZones", Filters=filters)["AvailabilityZones"]
    zones = [
        zone
        for zone in found
        if zone["State"] == arguments.get("state", zone["State"])
        and zone["ZoneName"] not in arguments.get("excludeNames", [])
        and zone["ZoneId"] not in arguments.get("excludeZoneIds", [])
    ]
    return {
        "id": api.region,
        "region": api.region,
        "names": [zone["ZoneName"] for zone in zones],
        "zoneIds": [zone["ZoneId"] for zone in zones],
        "groupNames": sorted({zone.get("GroupName", api.region) for zone in zones}),
    } | {key: arguments[key] for key in ("state", "excludeNames", "excludeZoneIds") if key in arguments}


def _policy_document(_api: Api, arguments: Arguments) -> dict[str, Any]:
    return policy_document(arguments)


_FUNCTIONS: Mapping[str, Callable[[Api, Arguments], dict[str, Any]]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
    **ec2_lookups.FUNCTIONS,
}
