"""Requests that name what does not exist: Amazon refuses them, and moto takes many.

Codes of EC2: docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html; of the others: botocore
1.44.5, errors of each operation. Read 2026-11-29. Not seen: the code of each operation for keys and roles.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.error_response import ServiceError

_MAKING = ("Allocate", "Associate", "Attach", "Authorize", "Create", "Put", "Subscribe", "Update")
_UNCHECKED = ("CreateLaunchTemplate", "CreateLaunchTemplateVersion", "CreateTags")
"""EC2 does not validate the references of a launch template."""

_LOOK_THEMSELVES = ("eks", "iam")  # with the words of their own

_ID = re.compile(r"(?P<prefix>[a-z]+)-[0-9a-f]{17}")
_KEY = re.compile(r"arn:aws:kms:(?P<region>[\w-]+):\d{12}:key/[0-9a-f-]{36}")
_ROLE = re.compile(r"arn:aws:iam::(?P<account>\d{12}):role/(?P<path>.*/)?(?P<name>[^/*]+)")

NOT_FOUND: Mapping[str, tuple[str, str, str]] = {
    "eigw": (
        "DescribeEgressOnlyInternetGateways",
        "EgressOnlyInternetGatewayIds",
        "InvalidGatewayID.NotFound",
    ),
    "eipalloc": ("DescribeAddresses", "AllocationIds", "InvalidAllocationID.NotFound"),
    "igw": ("DescribeInternetGateways", "InternetGatewayIds", "InvalidInternetGatewayID.NotFound"),
    "nat": ("DescribeNatGateways", "NatGatewayIds", "NatGatewayNotFound"),
    "rtb": ("DescribeRouteTables", "RouteTableIds", "InvalidRouteTableID.NotFound"),
    "sg": ("DescribeSecurityGroups", "GroupIds", "InvalidGroup.NotFound"),
    "subnet": ("DescribeSubnets", "SubnetIds", "InvalidSubnetID.NotFound"),
    "vpc": ("DescribeVpcs", "VpcIds", "InvalidVpcID.NotFound"),
    "vpce": ("DescribeVpcEndpoints", "VpcEndpointIds", "InvalidVpcEndpointId.NotFound"),
}
"""EC2 lookups by id prefix: the operation, its parameter, and the error code for an unknown id."""

_LISTED = {ids.removesuffix("Ids") + "s" for _, ids, _ in NOT_FOUND.values()} | {
    "Addresses",
    "SecurityGroups",
}
"""Key of the resources in the response of each operation."""

_OF_EFS = {"fs": "FileSystemNotFound", "sg": "SecurityGroupNotFound", "subnet": "SubnetNotFound"}


def missing_reference(
    api: Api, service: str, operation: str, parameters: Mapping[str, Any]
) -> ServiceError | None:
    """The refusal of a request that makes or changes something, where an id, a key or a role does not exist.

    missing_reference(api, "ec2", "CreateRoute", {"NatGatewayId": "nat-0123456789abcdef0"})
    # ServiceError("NatGatewayNotFound", "nat-0123456789abcdef0 does not exist", 400)
    """
    if service in _LOOK_THEMSELVES or not operation.startswith(_MAKING) or operation in _UNCHECKED:
        return None
    if service == "autoscaling":
        return _without_group(api, parameters)
    for text in dict.fromkeys(_texts(parameters)):
        if code := _not_found(api, service, text):
            return ServiceError(code, f"{text} does not exist", 400)
    return None


def _not_found(api: Api, service: str, text: str) -> str | None:
    if id := _ID.fullmatch(text):
        return _unknown_id(api, service, id["prefix"], text)
    if (key := _KEY.fullmatch(text)) and not _usable(api.in_region(key["region"]), text):
        return "NotFoundException" if service == "kms" else "InvalidParameterValue"
    if (role := _ROLE.fullmatch(text)) and role["account"] == identity.account():
        found = _succeeds(api, "iam", "GetRole", RoleName=role["name"])
        return None if found else "InvalidParameterValue"
    return None


def _unknown_id(api: Api, service: str, prefix: str, id: str) -> str | None:
    if prefix == "fs" and service == "efs":
        found = _succeeds(api, "efs", "DescribeFileSystems", FileSystemId=id)
        return None if found else _OF_EFS[prefix]
    if prefix not in NOT_FOUND:
        return None
    operation, ids, code = NOT_FOUND[prefix]
    answer = _answer(api, "ec2", operation, **{ids: [id]})
    if answer and any(answer[listed] for listed in answer.keys() & _LISTED):
        return None
    return _OF_EFS.get(prefix, code) if service == "efs" else code


def _usable(api: Api, key: str) -> bool:
    answer = _answer(api, "kms", "DescribeKey", KeyId=key)
    return answer is not None and answer["KeyMetadata"]["KeyState"] == "Enabled"


def _without_group(api: Api, parameters: Mapping[str, Any]) -> ServiceError | None:
    tagged = [tag["ResourceId"] for tag in parameters.get("Tags", [])]
    for name in filter(None, [parameters.get("AutoScalingGroupName"), *tagged]):
        found = api.call("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=[name])
        if not found["AutoScalingGroups"]:
            return ServiceError("ValidationError", f"AutoScalingGroup name not found - null: {name}", 400)
    return None


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case {**named}:
            yield from chain.from_iterable(map(_texts, named.values()))
        case [*parts]:
            yield from chain.from_iterable(map(_texts, parts))
        case _:
            return


def _succeeds(api: Api, service: str, operation: str, **parameters: Any) -> bool:
    return _answer(api, service, operation, **parameters) is not None


def _answer(api: Api, service: str, operation: str, **parameters: Any) -> dict[str, Any] | None:
    try:
        return api.call(service, operation, **parameters)
    except ApiError as error:
        if error.is_gone or error.code in {code for _, _, code in NOT_FOUND.values()}:
            return None
        raise
