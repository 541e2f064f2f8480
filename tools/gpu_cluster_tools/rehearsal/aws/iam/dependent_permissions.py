"""Permissions of the caller that an operation requires in addition to its own action.

dependent_permissions.json lists them by operation, each with its sources: an action `on` an ARN, or on what a
parameter names, or a service-linked role that the operation creates (`linked`); `if` names parameters and the
values for which it is required, `*` for any.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from gpu_cluster_tools.rehearsal.aws.iam import account_state
from gpu_cluster_tools.rehearsal.aws.iam.linked_roles import linked_role
from gpu_cluster_tools.rehearsal.aws.iam.parameters import Parameters, values_at
from gpu_cluster_tools.rehearsal.aws.iam.resources import ResourceScope
from gpu_cluster_tools.rehearsal.aws.iam.service_reference import filled, places_in

_FILE = Path(__file__).with_name("dependent_permissions.json")
_Table = Mapping[str, list[dict[str, Any]]]


@cache
def dependent_permissions() -> _Table:
    """Entries by operation, such as eks:CreateCluster."""
    return json.loads(_FILE.read_text())["operations"]


def dependent_actions(
    name: str, given: Parameters, where: ResourceScope
) -> Iterator[tuple[str, str, dict[str, tuple[str, ...]]]]:
    """Action, ARN and context of each additional permission."""
    given = {**given, **_derived(name, given, where)}
    for entry in _applying(name, given):
        if "action" not in entry:
            continue
        service = {"iam:awsservicename": (entry["for"],)} if "for" in entry else {}
        for arn in _resources(entry.get("on", "*"), given, where):
            yield entry["action"], arn, service


def _derived(name: str, given: Parameters, where: ResourceScope) -> Parameters:
    """Parameters that a request implies: the associations of an add-on, the bucket of a path."""
    match name:
        case "eks:DeleteAddon":
            return {"podIdentityAssociations": account_state.associations_of_addon(given, where.region)}
        case "fsx:CreateDataRepositoryAssociation":
            path = str(given.get("DataRepositoryPath", ""))
            return {"Bucket": path.removeprefix("s3://").partition("/")[0]} if path else {}
        case _:
            return {}


def missing_linked_roles(name: str, given: Parameters, account: str) -> list[str]:
    """Services whose service-linked role an operation creates, because the account lacks it."""
    services = (entry["linked"] for entry in _applying(name, given) if "linked" in entry)
    return [service for service in services if not has_linked_role(service, account)]


def has_linked_role(service: str, account: str) -> bool:
    name = linked_role(account, service).rpartition("/")[2]
    return account_state.role_named(name, account) is not None


def launch_by_caller(name: str, given: Parameters) -> Parameters | None:
    """Parameters of the ec2:RunInstances for which EKS checks its caller, given a launch template.

    EKS otherwise answers `You are not authorized to launch instances with this launch template` (for example
    scylladb/scylla-cluster-tests/issues/12172, 2025-10-14; CloudFormation registry, AWS::EKS::Nodegroup,
    permissions of create and update, 2026-11-30). It adds the image unless the template has one.
    """
    template = given.get("launchTemplate")
    if name not in ("eks:CreateNodegroup", "eks:UpdateNodegroupVersion") or not template:
        return None
    version = {"Version": template["version"]} if template.get("version") else {}
    named = {"LaunchTemplateId": template.get("id"), "LaunchTemplateName": template.get("name"), **version}
    return {"LaunchTemplate": named, "ImageId": "*", "SubnetId": list(given.get("subnets", []))}


def _applying(name: str, given: Parameters) -> Iterator[dict[str, Any]]:
    for entry in dependent_permissions().get(name, []):
        conditions: Mapping[str, str] = entry.get("if", {})
        if all(_has(values_at(given, path), value) for path, value in conditions.items()):
            yield entry


def _has(values: list[str], wanted: str) -> bool:
    return bool(values) if wanted == "*" else wanted in values


def _resources(on: str, given: Parameters, where: ResourceScope) -> list[str]:
    if on == "*":
        return ["*"]
    if not on.startswith("arn:"):
        return [value for value in values_at(given, on) if value.startswith("arn:")]
    named = {place: value for place in places_in(on) for value in values_at(given, place)}
    return [filled(on, {"Region": where.region, "Account": where.account, **named})]
