"""Principals of the account and their policies."""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# (moto has hardly any types)

import os
from typing import Any

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.iam import account_state
from gpu_cluster_tools.rehearsal.aws.iam.documents import Policy, parse
from gpu_cluster_tools.rehearsal.aws.iam.evaluation import Caller, Policies
from gpu_cluster_tools.rehearsal.aws.iam.linked_roles import NAMES

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def caller_of(key: str) -> Caller:
    return caller(identity.principal_of(key))


def caller(principal: str) -> Caller:
    """A role, user, root or service, by its ARN or name."""
    return Caller(principal, identity.session_of(principal))


def policies_of(caller: Caller) -> Policies:
    """Identity policies and boundary of a role or user.

    The principal of the account itself has AdministratorAccess where nothing else made it.
    """
    holder = _holder(caller)
    if holder is None:
        unmade = caller.arn == _owner()
        return Policies((_managed(ADMINISTRATOR, caller.account),)) if unmade else Policies()
    texts = [*holder.policies.values(), *_managed_texts(holder), *_texts_of_groups(caller, holder)]
    linked = [_managed(arn, caller.account) for arn in _linked_policies(caller)]
    limit: str | None = getattr(holder, "permissions_boundary_arn", None)
    boundary = _managed(limit, caller.account) if limit else None
    return Policies((*map(parse, texts), *linked), boundary=boundary)


def tags_of(caller: Caller) -> dict[str, str]:
    """The tags that a principal calls with: its own, and those of its session in a pod.

    Source: EKS user guide, "Grant pods access to AWS resources based on tags", 2026-11-28.
    """
    own = account_state.tags_of(caller.arn)
    for _, cluster in account_state.clusters():
        for each in cluster.identities.values():
            if each["roleArn"] == caller.arn and not each.get("disableSessionTags"):
                own |= {
                    "eks-cluster-arn": cluster.document["arn"],
                    "eks-cluster-name": cluster.name,
                    "kubernetes-namespace": each["namespace"],
                    "kubernetes-service-account": each["serviceAccount"],
                }
    return own


def _holder(caller: Caller) -> Any:
    """moto's role or user."""
    kind, _, path = caller.arn.rpartition(":")[2].partition("/")
    name = path.rpartition("/")[2]
    if kind == "role":
        return account_state.role_named(name, caller.account)
    if kind == "user":
        users = account_state.iam_of(caller.account).users.values()
        return next((each for each in users if each.name == name), None)
    return None


def _managed_texts(holder: Any) -> list[str]:
    return [_default(policy) for policy in holder.managed_policies.values()]


def _texts_of_groups(caller: Caller, holder: Any) -> list[str]:
    if ":user/" not in caller.arn:
        return []
    groups = [
        group
        for group in account_state.iam_of(caller.account).groups.values()
        if any(user.name == holder.name for user in group.users)
    ]
    return [text for each in groups for text in (*each.policies.values(), *_managed_texts(each))]


def _linked_policies(caller: Caller) -> list[str]:
    """Policies that AWS attaches to a role of a service."""
    if ":role/aws-service-role/" not in caller.arn:
        return []
    service = caller.arn.split("/")[2]
    return [f"arn:aws:iam::aws:policy/aws-service-role/{NAMES[service][1]}"] if service in NAMES else []


def _managed(arn: str, account: str) -> Policy:
    found = account_state.iam_of(account).managed_policies.get(arn)
    return parse(_default(found)) if found is not None else Policy(())


def _default(policy: Any) -> str:
    return next(each.document for each in policy.versions if each.is_default)


def _owner() -> str:
    return identity.principal_of(os.environ.get("AWS_ACCESS_KEY_ID", ""))
