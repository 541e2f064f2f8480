"""The role that a binding grants."""

from typing import Literal

from pulumi_kubernetes.rbac import v1 as rbac

RBAC = "rbac.authorization.k8s.io"


def role_ref(kind: Literal["Role", "ClusterRole"], name: str) -> rbac.RoleRefArgs:
    return rbac.RoleRefArgs(api_group=RBAC, kind=kind, name=name)
