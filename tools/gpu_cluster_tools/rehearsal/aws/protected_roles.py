"""Roles that only AWS can change: those of IAM Identity Center and service-linked roles.

Source: IAM API reference, AttachRolePolicy and PutRolePolicy, error UnmodifiableEntity, 2026-11-30.
"""

from collections.abc import Mapping
from typing import Any

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.aws.error_response import ServiceError
from gpu_cluster_tools.rehearsal.aws.iam import account_state

_PATHS = ("/aws-reserved/", "/aws-service-role/")
_CHANGES = (
    *("AttachRolePolicy", "DeleteRole", "DeleteRolePolicy", "DetachRolePolicy", "PutRolePermissionsBoundary"),
    *("PutRolePolicy", "TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole"),
)


def protected_role(
    _api: Api, service: str, operation: str, parameters: Mapping[str, Any]
) -> ServiceError | None:
    """The refusal of a change of such a role."""
    if service != "iam" or operation not in _CHANGES:
        return None
    name = parameters["RoleName"]
    if not account_state.iam_path("Role", name, identity.account()).startswith(_PATHS):
        return None
    words = (
        f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
    )
    return ServiceError("UnmodifiableEntity", words, 400)
