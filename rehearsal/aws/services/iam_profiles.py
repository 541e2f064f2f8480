"""Instance profiles, and the roles that services of AWS keep for themselves."""

from collections.abc import Mapping
from typing import Any

from rehearsal.aws.api import Api
from rehearsal.aws.kind import Answer, AutoName, Inputs, Kind, State


def _call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("iam", operation, **arguments)


def _set_role(api: Api, id: str, inputs: Inputs) -> None:
    """A profile holds one role."""
    roles = _call(api, "GetInstanceProfile", InstanceProfileName=id)["InstanceProfile"]["Roles"]
    for role in roles:
        _call(api, "RemoveRoleFromInstanceProfile", InstanceProfileName=id, RoleName=role["RoleName"])
    if "role" in inputs:
        _call(api, "AddRoleToInstanceProfile", InstanceProfileName=id, RoleName=inputs["role"])


def _read_profile(api: Api, id: str, _state: State) -> Answer | None:
    profile = _call(api, "GetInstanceProfile", InstanceProfileName=id)["InstanceProfile"]
    roles = [role["RoleName"] for role in profile["Roles"]]
    return profile | {
        "name": id,
        "role": roles[0] if roles else None,
        "uniqueId": profile["InstanceProfileId"],
    }


def _delete_profile(api: Api, id: str, _state: State) -> None:
    _set_role(api, id, {})
    _call(api, "DeleteInstanceProfile", InstanceProfileName=id)


def _retag_profile(api: Api, id: str, _state: State, tags: Mapping[str, str], gone: list[str]) -> None:
    if gone:
        _call(api, "UntagInstanceProfile", InstanceProfileName=id, TagKeys=gone)
    if tags:
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        _call(api, "TagInstanceProfile", InstanceProfileName=id, Tags=pairs)


def _read_linked_role(api: Api, id: str, state: State) -> Answer | None:
    role = _call(api, "GetRole", RoleName=id.rpartition("/")[2])["Role"]
    return role | {
        "name": role["RoleName"],
        "uniqueId": role["RoleId"],
        "awsServiceName": state.get("awsServiceName"),
    }


def _retag_linked_role(api: Api, id: str, _state: State, tags: Mapping[str, str], gone: list[str]) -> None:
    name = id.rpartition("/")[2]
    if gone:
        _call(api, "UntagRole", RoleName=name, TagKeys=gone)
    if tags:
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        _call(api, "TagRole", RoleName=name, Tags=pairs)


KINDS = (
    Kind(
        type="aws:iam/instanceProfile:InstanceProfile",
        service="iam",
        create="CreateInstanceProfile",
        identify=lambda inputs, _answer: inputs["name"],
        read=_read_profile,
        delete=_delete_profile,
        renames={"name": "InstanceProfileName"},
        setters={"role": _set_role},
        names=AutoName(),
        retag=_retag_profile,
        references={"role": lambda api, role: _call(api, "GetRole", RoleName=role)},
    ),
    Kind(
        type="aws:iam/serviceLinkedRole:ServiceLinkedRole",
        service="iam",
        create="CreateServiceLinkedRole",
        identify=lambda _inputs, answer: answer["Role"]["Arn"],
        read=_read_linked_role,
        delete=lambda api, id, _state: _call(api, "DeleteServiceLinkedRole", RoleName=id.rpartition("/")[2]),
        alone=True,
        retag=_retag_linked_role,
    ),
)
