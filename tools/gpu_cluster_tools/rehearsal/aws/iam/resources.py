"""The ARNs of the resources that a request is about."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpu_cluster_tools.rehearsal.aws.iam import account_state
from gpu_cluster_tools.rehearsal.aws.iam.parameters import Parameters, values_at
from gpu_cluster_tools.rehearsal.aws.iam.service_reference import (
    ActionReference,
    filled,
    is_of,
    places_in,
    services,
)

_ARN = ("resourceArn", "topicArn")
"""Parameters that say the whole ARN, whatever the operation."""

_UNKNOWN = {"UUID", "GroupId"}
"""Parts of ARNs that no request says."""

_TABLES: Mapping[str, Any] = json.loads(Path(__file__).with_name("resource_parameters.json").read_text())

_CALLED: Mapping[tuple[str, str], tuple[str, ...]] = {
    (service, place): tuple(parameters)
    for service, places in _TABLES["parameters"].items()
    for place, parameters in places.items()
}
"""Parameters by service and the name in its ARNs; else the same name, or its plural."""

_OF_ID: Mapping[str, str] = _TABLES["ids"]
"""Prefix of EC2's ids, and the type in ARNs."""


@dataclass(frozen=True)
class ResourceScope:
    account: str
    region: str


def resources_of(
    prefix: str, name: str, action: ActionReference, given: Parameters, where: ResourceScope
) -> list[str]:
    """The ARNs that an action has to be allowed on; `*` where it knows no resources."""
    if not action.resources:
        return ["*"]
    if said := _said(prefix, name, action, given, where):
        return said
    arns = [
        arn
        for type, required in action.resources.items()
        for arn in _of_type(prefix, services()[prefix].arns[type], given, where, required=required)
    ]
    narrow = [arn for arn in arns if arn.count("/") > 1] if prefix == "events" else []
    return list(dict.fromkeys(narrow or arns)) or ["*"]  # a rule is on one bus: its own, or else the default


def ec2_arn(id: str, where: ResourceScope) -> str:
    """The ARN of a resource of EC2, by its id."""
    type = _OF_ID.get(id.partition("-")[0], "*")
    return f"arn:aws:ec2:{where.region}:{where.account}:{type}/{id}"


def launch_templates(given: Parameters, where: ResourceScope) -> list[str]:
    """Ids of launch templates that a request names by id or by name; none for the name of a new one."""
    paths = ("LaunchTemplateId", "LaunchTemplateIds", "LaunchTemplate.LaunchTemplateId")
    ids = [id for path in paths for id in values_at(given, path)]
    names = [
        name
        for path in ("LaunchTemplateName", "LaunchTemplateNames", "LaunchTemplate.LaunchTemplateName")
        for name in values_at(given, path)
    ]
    found = [account_state.launch_template_id(name, where.account, where.region) for name in names]
    return list(dict.fromkeys([*ids, *filter(None, found)]))


def _said(
    prefix: str, name: str, action: ActionReference, given: Parameters, where: ResourceScope
) -> list[str]:
    """ARNs in the request, and ARNs of ids that contain their type."""
    if prefix == "ec2" and name in ("CreateTags", "DeleteTags"):
        return [ec2_arn(id, where) for id in values_at(given, "Resources")]
    if prefix == "elasticfilesystem":
        if mounts := values_at(given, "MountTargetId"):
            return [account_state.file_system_of(mount, where.account, where.region) for mount in mounts]
        if ids := values_at(given, "ResourceId"):
            types = {"fs": "file-system", "fsap": "access-point"}
            home = f"arn:aws:elasticfilesystem:{where.region}:{where.account}"
            return [f"{home}:{types.get(id.partition('-')[0], '*')}/{id}" for id in ids]
    if prefix == "backup" and (points := values_at(given, "RecoveryPointArn")):
        return points
    if prefix == "sts":
        return values_at(given, "RoleArn")
    if prefix == "iam":
        return values_at(given, "PolicyArn") if "policy" in action.resources else []
    forms = list(services()[prefix].arns.values())
    return [
        arn
        for parameter in _ARN
        for arn in values_at(given, parameter)
        if any(is_of(arn, form) for form in forms)
    ]


def _of_type(
    prefix: str, form: str, given: Parameters, where: ResourceScope, *, required: bool
) -> Iterator[str]:
    found: list[dict[str, str]] = [{}]
    missing = False
    for place in places_in(form):
        values = list(_values(prefix, place, given, where))
        if not values:
            missing = missing or not required or place not in _UNKNOWN
        elif len(values) == 1 or len(found) == 1:
            found = [{**each, place: value} for each in found for value in values]
    if missing and not required:
        return
    fixed = {"Partition": "aws", "Region": where.region, "Account": where.account}
    for each in found:
        if prefix == "ssm" and any(value.startswith("aws/service/") for value in each.values()):
            fixed = fixed | {"Account": ""}  # parameters of AWS belong to no account
        whole = next((value for value in each.values() if value.startswith("arn:")), None)
        yield whole or filled(form, {**fixed, **each})


def _values(prefix: str, place: str, given: Parameters, where: ResourceScope) -> Iterator[str]:
    if prefix == "eks" and place.startswith("IamIdentity"):
        yield from _principal(place, given)
        return
    if prefix == "fsx" and place == "DataRepositoryAssociationId":
        yield from (*values_at(given, "AssociationId"), *values_at(given, "AssociationIds"))
        return
    if prefix == "ec2" and place == "LaunchTemplateId":
        yield from launch_templates(given, where)
        return
    if prefix == "events" and place == "EventBusName":
        yield from (bus for bus in values_at(given, place) if bus != "default")
        return
    for parameter in _CALLED.get((prefix, place), (place, f"{place}s")):
        for value in values_at(given, parameter):
            yield _worded(prefix, place, value, given, where)


def _worded(prefix: str, place: str, value: str, given: Parameters, where: ResourceScope) -> str:
    """A value as ARNs have it."""
    match prefix, place:
        case "iam", _:
            kind = place.removesuffix("NameWithPath")
            paths = values_at(given, "Path")
            path = paths[0] if paths else account_state.iam_path(kind, value, where.account)
            return f"{path.lstrip('/')}{value}"
        case "kms", "KeyId":
            id = account_state.key_id(value, where.account, where.region)
            return "*" if id.startswith("alias/") else id  # of a key of AWS
        case "kms", "Alias":
            return value.removeprefix("alias/")
        case "logs", _:
            return re.sub(r":\*$", "", value).rpartition(":log-group:")[2]
        case "sqs", _:
            return value.rpartition("/")[2]
        case "ssm", _:
            return value.lstrip("/").partition(":")[0] if not value.startswith("arn:") else value
        case _:
            return value


def _principal(place: str, given: Parameters) -> Iterator[str]:
    """Type, account and name of the principal of an access entry."""
    for arn in values_at(given, "principalArn"):
        account, (kind, _, name) = arn.split(":")[4], arn.split(":", 5)[5].partition("/")
        yield {"IamIdentityType": kind, "IamIdentityAccountID": account}.get(place, name)
