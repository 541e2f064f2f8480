"""Roles with their bindings, and the subjects that they are bound to."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import pulumi
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.kubernetes.object_metadata import metadata

_GROUP = "rbac.authorization.k8s.io"


def bound_role(
    name: str,
    object_name: str,
    namespace: str,
    rules: Sequence[rbac.PolicyRuleArgs],
    subjects: Sequence[rbac.SubjectArgs],
    *,
    labels: Mapping[str, str] | None = None,
    after: Sequence[pulumi.Resource] = (),
    opts: pulumi.ResourceOptions,
) -> rbac.RoleBinding:
    """A Role and its RoleBinding, both called `object_name`. `after`: created before the binding."""
    named = metadata(object_name, namespace, labels=labels)
    role = rbac.Role(f"{name}-role", metadata=named, rules=rules, opts=opts)
    return rbac.RoleBinding(
        f"{name}-binding",
        metadata=named,
        role_ref=role_ref("Role", object_name),
        subjects=subjects,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[role, *after])),
    )


def bound_cluster_role(
    name: str,
    object_name: str,
    rules: Sequence[rbac.PolicyRuleArgs],
    subject: rbac.SubjectArgs,
    *,
    opts: pulumi.ResourceOptions,
) -> rbac.ClusterRoleBinding:
    """A ClusterRole and its ClusterRoleBinding, both called `object_name`."""
    role = rbac.ClusterRole(f"{name}-role", metadata=metadata(object_name), rules=rules, opts=opts)
    return rbac.ClusterRoleBinding(
        f"{name}-binding",
        metadata=metadata(object_name),
        role_ref=role_ref("ClusterRole", object_name),
        subjects=[subject],
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[role])),
    )


def role_ref(kind: Literal["Role", "ClusterRole"], name: str) -> rbac.RoleRefArgs:
    return rbac.RoleRefArgs(api_group=_GROUP, kind=kind, name=name)


def account_subject(name: str, namespace: str) -> rbac.SubjectArgs:
    """A service account."""
    return rbac.SubjectArgs(kind="ServiceAccount", name=name, namespace=namespace)


def group_subjects(group: str, members: Iterable[str]) -> list[rbac.SubjectArgs]:
    """A group, and members that the cluster knows by name.

    Members by ARN are not among them: their EKS access entries put them into the group.
    """
    named = (member for member in members if not member.startswith("arn:"))
    return [_group(group), *(_member(member) for member in named)]


def _member(member: str) -> rbac.SubjectArgs:
    if member.startswith("group:"):
        return _group(member.removeprefix("group:"))
    return rbac.SubjectArgs(api_group=_GROUP, kind="User", name=member)


def _group(name: str) -> rbac.SubjectArgs:
    return rbac.SubjectArgs(api_group=_GROUP, kind="Group", name=name)
