"""Requirements of EKS on roles, networks and keys that its resources name."""

import json
from typing import Any

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.policy_document import text_of


def require_role(api: Api, arn: str, service: str) -> None:
    """A role that a service may assume. `ApiError` where it is missing or trusts another."""
    trust = _trust_of(api, arn)
    if trust is None or service not in json.dumps(trust.get("Statement", [])):
        raise ApiError(
            "InvalidParameterException",
            f"Role with arn: {arn}, could not be assumed because it does not exist or the trusted entity is "
            f"not correct: it has to trust {service}",
        )


def require_principal(api: Api, arn: str) -> None:
    """A role or user that exists."""
    kind, _, name = arn.rpartition(":")[2].partition("/")
    try:
        if kind == "user":
            api.call("iam", "GetUser", UserName=name.rpartition("/")[2])
            return
    except ApiError:
        kind = ""
    if kind == "role" and _trust_of(api, arn) is not None:
        return
    raise ApiError(
        "InvalidParameterException", f"The specified principalArn is invalid: invalid principal: {arn}"
    )


def require_key(api: Api, arn: str) -> None:
    try:
        state = api.call("kms", "DescribeKey", KeyId=arn)["KeyMetadata"]["KeyState"]
    except ApiError as error:
        raise ApiError(
            "InvalidParameterException", f"The keyArn in encryptionConfig is invalid: {error.message}"
        ) from error
    if state != "Enabled":
        raise ApiError("InvalidParameterException", f"The key {arn} is {state}")


def subnets(api: Api, ids: list[str]) -> list[dict[str, Any]]:
    """The subnets; `ApiError` where one does not exist."""
    chosen = [{"Name": "subnet-id", "Values": ids}]
    found = {each["SubnetId"]: each for each in api.call("ec2", "DescribeSubnets", Filters=chosen)["Subnets"]}
    for id in ids:
        if id not in found:
            raise ApiError("InvalidParameterException", f"The subnet ID '{id}' does not exist")
    return [found[id] for id in ids]


def require_security_groups(api: Api, ids: list[str]) -> None:
    try:
        if ids:
            api.call("ec2", "DescribeSecurityGroups", GroupIds=ids)
    except ApiError as error:
        raise ApiError("InvalidParameterException", error.message) from error


def _trust_of(api: Api, arn: str) -> dict[str, Any] | None:
    try:
        role = api.call("iam", "GetRole", RoleName=arn.rpartition("/")[2])["Role"]
    except ApiError:
        return None
    return json.loads(text_of(role["AssumeRolePolicyDocument"])) if role["Arn"] == arn else None
