"""Roles and policies."""

from collections.abc import Mapping
from typing import Any

from rehearsal.aws.api import Api
from rehearsal.aws.kind import Answer, AutoName, Inputs, Kind, State
from rehearsal.aws.policy_document import text_of


def _call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("iam", operation, **arguments)


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def require_role(api: Api, arn: Any) -> None:
    """Refuse the ARN of a role that does not exist."""
    _call(api, "GetRole", RoleName=str(arn).rpartition("/")[2])


def _set_trust(api: Api, id: str, inputs: Inputs) -> None:
    _call(api, "UpdateAssumeRolePolicy", RoleName=id, PolicyDocument=inputs["assumeRolePolicy"])


def _set_role(api: Api, id: str, inputs: Inputs) -> None:
    _call(
        api,
        "UpdateRole",
        RoleName=id,
        Description=inputs.get("description", ""),
        MaxSessionDuration=inputs.get("maxSessionDuration", 3600),
    )


def _set_boundary(api: Api, id: str, inputs: Inputs) -> None:
    if boundary := inputs.get("permissionsBoundary"):
        _call(api, "PutRolePermissionsBoundary", RoleName=id, PermissionsBoundary=boundary)
    else:
        _call(api, "DeleteRolePermissionsBoundary", RoleName=id)


def _set_detach(_api: Api, _id: str, _inputs: Inputs) -> None:
    """The account never hears of it: it says what this provider does when the role goes."""


def _read_role(api: Api, id: str, _state: State) -> Answer | None:
    role = _call(api, "GetRole", RoleName=id)["Role"]
    return role | {
        "name": role["RoleName"],
        "uniqueId": role["RoleId"],
        "assumeRolePolicy": text_of(role["AssumeRolePolicyDocument"]),
        "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
    }


def _delete_role(api: Api, id: str, state: State) -> None:
    if state.get("forceDetachPolicies"):
        for policy in _call(api, "ListAttachedRolePolicies", RoleName=id)["AttachedPolicies"]:
            _call(api, "DetachRolePolicy", RoleName=id, PolicyArn=policy["PolicyArn"])
        for name in _call(api, "ListRolePolicies", RoleName=id)["PolicyNames"]:
            _call(api, "DeleteRolePolicy", RoleName=id, PolicyName=name)
    _call(api, "DeleteRole", RoleName=id)


def _retag_role(api: Api, id: str, _state: State, tags: Mapping[str, str], gone: list[str]) -> None:
    if gone:
        _call(api, "UntagRole", RoleName=id, TagKeys=gone)
    if tags:
        _call(api, "TagRole", RoleName=id, Tags=_pairs(tags))


def _read_role_policy(api: Api, id: str, _state: State) -> Answer | None:
    role, _, name = id.partition(":")
    found = _call(api, "GetRolePolicy", RoleName=role, PolicyName=name)
    return {"role": role, "name": name, "policy": text_of(found["PolicyDocument"])}


def _delete_role_policy(api: Api, id: str, _state: State) -> None:
    role, _, name = id.partition(":")
    _call(api, "DeleteRolePolicy", RoleName=role, PolicyName=name)


def _read_attachment(api: Api, _id: str, state: State) -> Answer | None:
    attached = _call(api, "ListAttachedRolePolicies", RoleName=state["role"])["AttachedPolicies"]
    found = [policy for policy in attached if policy["PolicyArn"] == state["policyArn"]]
    return {"role": state["role"], "policyArn": state["policyArn"]} if found else None


def _delete_attachment(api: Api, _id: str, state: State) -> None:
    _call(api, "DetachRolePolicy", RoleName=state["role"], PolicyArn=state["policyArn"])


def _read_user_attachment(api: Api, _id: str, state: State) -> Answer | None:
    attached = _call(api, "ListAttachedUserPolicies", UserName=state["user"])["AttachedPolicies"]
    found = [policy for policy in attached if policy["PolicyArn"] == state["policyArn"]]
    return {"user": state["user"], "policyArn": state["policyArn"]} if found else None


def _delete_user_attachment(api: Api, _id: str, state: State) -> None:
    _call(api, "DetachUserPolicy", UserName=state["user"], PolicyArn=state["policyArn"])


def _set_policy(api: Api, id: str, inputs: Inputs) -> None:
    """A new version that counts at once, as the real provider makes it; four older ones may stay."""
    versions = _call(api, "ListPolicyVersions", PolicyArn=id)["Versions"]
    old = sorted(
        (each for each in versions if not each["IsDefaultVersion"]), key=lambda each: each["CreateDate"]
    )
    if len(versions) == 5:
        _call(api, "DeletePolicyVersion", PolicyArn=id, VersionId=old[0]["VersionId"])
    _call(api, "CreatePolicyVersion", PolicyArn=id, PolicyDocument=inputs["policy"], SetAsDefault=True)


def _read_policy(api: Api, id: str, _state: State) -> Answer | None:
    policy = _call(api, "GetPolicy", PolicyArn=id)["Policy"]
    version = _call(api, "GetPolicyVersion", PolicyArn=id, VersionId=policy["DefaultVersionId"])
    return policy | {
        "name": policy["PolicyName"],
        "policy": text_of(version["PolicyVersion"]["Document"]),
        "Tags": _call(api, "ListPolicyTags", PolicyArn=id)["Tags"],
    }


def _delete_policy(api: Api, id: str, _state: State) -> None:
    for version in _call(api, "ListPolicyVersions", PolicyArn=id)["Versions"]:
        if not version["IsDefaultVersion"]:
            _call(api, "DeletePolicyVersion", PolicyArn=id, VersionId=version["VersionId"])
    _call(api, "DeletePolicy", PolicyArn=id)


def _retag_policy(api: Api, id: str, _state: State, tags: Mapping[str, str], gone: list[str]) -> None:
    if gone:
        _call(api, "UntagPolicy", PolicyArn=id, TagKeys=gone)
    if tags:
        _call(api, "TagPolicy", PolicyArn=id, Tags=_pairs(tags))


KINDS = (
    Kind(
        type="aws:iam/role:Role",
        service="iam",
        create="CreateRole",
        identify=lambda inputs, _answer: inputs["name"],
        read=_read_role,
        delete=_delete_role,
        renames={"name": "RoleName", "assumeRolePolicy": "AssumeRolePolicyDocument"},
        setters={
            "assumeRolePolicy": _set_trust,
            "description": _set_role,
            "maxSessionDuration": _set_role,
            "permissionsBoundary": _set_boundary,
            "forceDetachPolicies": _set_detach,
        },
        names=AutoName(),
        documents=frozenset({"assumeRolePolicy"}),
        retag=_retag_role,
    ),
    Kind(
        type="aws:iam/rolePolicy:RolePolicy",
        service="iam",
        create="PutRolePolicy",
        identify=lambda inputs, _answer: f"{inputs['role']}:{inputs['name']}",
        read=_read_role_policy,
        delete=_delete_role_policy,
        renames={"name": "PolicyName", "role": "RoleName", "policy": "PolicyDocument"},
        puts=frozenset({"role", "name"}),
        names=AutoName(),
        documents=frozenset({"policy"}),
        references={"role": lambda api, role: _call(api, "GetRole", RoleName=role)},
    ),
    Kind(
        type="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        service="iam",
        create="AttachRolePolicy",
        identify=lambda inputs, _answer: f"{inputs['role']}/{inputs['policyArn']}",
        read=_read_attachment,
        delete=_delete_attachment,
        renames={"role": "RoleName"},
    ),
    Kind(
        type="aws:iam/userPolicyAttachment:UserPolicyAttachment",
        service="iam",
        create="AttachUserPolicy",
        identify=lambda inputs, _answer: f"{inputs['user']}/{inputs['policyArn']}",
        read=_read_user_attachment,
        delete=_delete_user_attachment,
        renames={"user": "UserName"},
    ),
    Kind(
        type="aws:iam/policy:Policy",
        service="iam",
        create="CreatePolicy",
        identify=lambda _inputs, answer: answer["Policy"]["Arn"],
        read=_read_policy,
        delete=_delete_policy,
        renames={"name": "PolicyName", "policy": "PolicyDocument"},
        setters={"policy": _set_policy},
        names=AutoName(),
        documents=frozenset({"policy"}),
        retag=_retag_policy,
    ),
)
