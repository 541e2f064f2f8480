"""Rule for EKS access policies that apply to all namespaces."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.policy_document import Statement, allowing
from gpu_cluster_policies.resources.resource import Resource, each
from gpu_cluster_policies.resources.resource_links import ResourceLink
from gpu_cluster_policies.resources.resource_types import ROLE
from gpu_cluster_policies.rule import Level, Violation, stack_rule

_ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
_PRINCIPALS = frozenset(("aws:eks/accessEntry:AccessEntry", "aws:iam/user:User", ROLE))
_ROLE_OF = ResourceLink(frozenset((_ASSOCIATION,)), ("principalArn",), frozenset((ROLE,)))

_WIDE = (
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSSecretReaderPolicy",
)
"""Access policies that read Secrets or create pods.

Source: Amazon EKS user guide, Review access policy permissions, awsdocs/amazon-eks-user-guide 145543a,
2026-12-01.
"""

_ONE = re.compile(r"arn:[^:]*:iam::\d{12}:(role|user)/[^*?]+")
"""ARN of one role or user; that of an account or a group is for many."""


@stack_rule(
    117,
    "access-to-all-namespaces",
    "EKS access policies for all namespaces are for single roles and users",
    of=each(_ASSOCIATION),
    level=Level.MANDATORY,
    references="AWS EKS Best Practices: identity and access management",
    fix="name one role or user in gpu-cluster:cluster.access.<name>.principal, which named principals may "
    "assume, or the namespaces of the policy in namespaces",
)
def access_to_all_namespaces(association: Resource, inventory: Inventory) -> Iterator[Violation]:
    """Each of these principals can read the Secrets of all teams, or run pods with any of their
    ServiceAccounts."""
    policy = association.at("policyArn").text.rpartition("/")[2]
    if policy not in _WIDE or not _is_for_all_namespaces(association):
        return
    principal = association.at("principalArn")
    if principal.content is UNKNOWN and inventory.made_of(association, "principalArn", _PRINCIPALS):
        return
    if not _ONE.fullmatch(principal.text):
        yield Violation(principal, f"the ARN of one role or user for {policy}")
    for role in inventory.targets(association, _ROLE_OF):
        for statement in allowing(role.at("assumeRolePolicy")):
            if _is_for_an_account(statement):
                actual = f"a role that all principals of an account may assume, {role.address}"
                yield Violation(principal, f"a role for named principals for {policy}", actual=actual)


def _is_for_all_namespaces(association: Resource) -> bool:
    scope = association.at("accessScope")
    return scope.at("type").text != "namespace" or any(
        namespace.text == "*" for namespace in scope.at("namespaces").items()
    )


def _is_for_an_account(statement: Statement) -> bool:
    """Whether it trusts an account as a whole, without a condition."""
    if any(True for _ in statement.conditions):
        return False
    names = [name.text for kind, name in statement.principals if kind == "AWS"]
    return any(name == "*" or name.isdecimal() or name.endswith(":root") for name in names)
