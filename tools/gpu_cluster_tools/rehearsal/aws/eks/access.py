"""Access entries of clusters, and the access policies that are associated with them."""

import uuid
from collections.abc import Mapping
from typing import Any

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.eks import records, references
from gpu_cluster_tools.rehearsal.aws.eks.records import ClusterRecord, Document
from gpu_cluster_tools.rehearsal.aws.router import ApiCall

POLICY = "arn:aws:eks::aws:cluster-access-policy/"
CLUSTER_ADMIN = f"{POLICY}AmazonEKSClusterAdminPolicy"

_POLICIES = frozenset(
    f"{POLICY}AmazonEKS{name}Policy"
    for name in (
        "ClusterAdmin",
        "Admin",
        "AdminView",
        "Edit",
        "View",
        "AutoNode",
        "Hybrid",
        "ClusterInsights",
    )
)
"""Source: EKS user guide, access policy permissions, 2026-08-22."""

_NODES = {
    "EC2_LINUX": ["system:bootstrappers", "system:nodes"],
    "EC2_WINDOWS": ["eks:kube-proxy-windows", "system:bootstrappers", "system:nodes"],
    "FARGATE_LINUX": ["system:bootstrappers", "system:nodes", "system:node-proxier"],
    "HYBRID_LINUX": ["system:bootstrappers", "system:nodes"],
    "EC2": ["eks:managed", "system:nodes"],
    "HYPERPOD_LINUX": ["system:nodes"],
}
"""Types of entries whose groups EKS sets."""


def create_entry(call: ApiCall) -> Document:
    cluster, given = _cluster(call), call.parameters
    principal: str = given["principalArn"]
    if principal in cluster.entries:
        raise ApiError(
            "ResourceInUseException",
            "The specified access entry resource is already in use on this cluster.",
        )
    references.require_principal(call.api, principal)
    kind = given.get("type", "STANDARD")
    if kind != "STANDARD":
        _require_no_groups(kind, given)
    _require_own_groups(given.get("kubernetesGroups", []))
    entry = admit(
        cluster,
        principal,
        kind=kind,
        groups=given.get("kubernetesGroups", []),
        username=given.get("username"),
        tags=given.get("tags", {}),
    )
    return {"accessEntry": entry}


def describe_entry(call: ApiCall) -> Document:
    return {"accessEntry": _entry(call)}


def list_entries(call: ApiCall) -> Document:
    return {"accessEntries": sorted(_cluster(call).entries)}


def update_entry(call: ApiCall) -> Document:
    entry, given = _entry(call), call.parameters
    if entry["type"] != "STANDARD":
        _require_no_groups(entry["type"], given)
    _require_own_groups(given.get("kubernetesGroups", []))
    changed = {name: given[name] for name in ("kubernetesGroups", "username") if name in given}
    entry |= changed | {"modifiedAt": records.now()}
    return {"accessEntry": entry}


def delete_entry(call: ApiCall) -> Document:
    principal: str = _entry(call)["principalArn"]
    cluster = _cluster(call)
    del cluster.entries[principal]
    cluster.policies.pop(principal, None)
    return {}


def associate_policy(call: ApiCall) -> Document:
    cluster, entry, given = _cluster(call), _entry(call), call.parameters
    policy, scope = given["policyArn"], given["accessScope"]
    if policy not in _POLICIES:
        raise ApiError("InvalidParameterException", f"The policyArn parameter format is not valid: {policy}")
    if entry["type"] != "STANDARD":
        raise ApiError(
            "InvalidRequestException",
            f"Access policies cannot be associated with entries of type {entry['type']}",
        )
    if scope.get("type") == "namespace" and not scope.get("namespaces"):
        raise ApiError(
            "InvalidParameterException", "An access scope of type namespace has to name namespaces"
        )
    if scope.get("type") == "cluster" and scope.get("namespaces"):
        raise ApiError("InvalidParameterException", "An access scope of type cluster cannot name namespaces")
    associated = _associate(cluster, entry["principalArn"], policy, scope)
    return {
        "clusterName": cluster.name,
        "principalArn": entry["principalArn"],
        "associatedAccessPolicy": associated,
    }


def list_policies(call: ApiCall) -> Document:
    cluster, principal = _cluster(call), _entry(call)["principalArn"]
    return {
        "clusterName": cluster.name,
        "principalArn": principal,
        "associatedAccessPolicies": list(cluster.policies.get(principal, {}).values()),
    }


def disassociate_policy(call: ApiCall) -> Document:
    cluster, principal, policy = _cluster(call), _entry(call)["principalArn"], call.parameters["policyArn"]
    if policy not in cluster.policies.get(principal, {}):
        raise ApiError("ResourceNotFoundException", f"The policy {policy} is not associated with {principal}")
    del cluster.policies[principal][policy]
    return {}


def admit(
    cluster: ClusterRecord,
    principal: str,
    *,
    kind: str = "STANDARD",
    groups: list[str] | None = None,
    username: str | None = None,
    tags: dict[str, str] | None = None,
) -> Document:
    """Create an entry, with the default groups and user name of EKS."""
    account = principal.split(":")[4]
    path = principal.rpartition(":")[2]
    cluster.entries[principal] = {
        "clusterName": cluster.name,
        "principalArn": principal,
        "kubernetesGroups": _NODES.get(kind, groups or []),
        "accessEntryArn": records.arn(
            cluster,
            "access-entry",
            path.partition("/")[0],
            account,
            path.rpartition("/")[2],
            str(uuid.uuid4()),
        ),
        "createdAt": records.now(),
        "modifiedAt": records.now(),
        "tags": dict(tags or {}),
        "username": username or _username(principal, kind),
        "type": kind,
    }
    return cluster.entries[principal]


def admit_creator(cluster: ClusterRecord) -> None:
    """Administrator entry of the cluster creator, unless disabled."""
    access = cluster.document["accessConfig"]
    if access["authenticationMode"] != "CONFIG_MAP" and access["bootstrapClusterCreatorAdminPermissions"]:
        admit(cluster, cluster.creator)
        _associate(cluster, cluster.creator, CLUSTER_ADMIN, {"type": "cluster", "namespaces": []})


def admit_nodes(cluster: ClusterRecord, role: str) -> None:
    """Entry with which the nodes of a managed node group join."""
    if cluster.document["accessConfig"]["authenticationMode"] != "CONFIG_MAP" and role not in cluster.entries:
        admit(cluster, role, kind="EC2_LINUX")


def _cluster(call: ApiCall) -> ClusterRecord:
    """The cluster. `ApiError` if its authentication mode has no access entries."""
    cluster = records.cluster_of(call.api.region, call.parameters["clusterName"])
    if cluster.document["accessConfig"]["authenticationMode"] == "CONFIG_MAP":
        raise ApiError(
            "InvalidRequestException",
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform "
            "this operation.",
        )
    return cluster


def _entry(call: ApiCall) -> Document:
    principal: str = call.parameters["principalArn"]
    entries = _cluster(call).entries
    if principal not in entries:
        raise ApiError(
            "ResourceNotFoundException",
            f"The specified principalArn could not be found. You can view your available access entries with "
            f"'list-access-entries': {principal}",
        )
    return entries[principal]


def _associate(cluster: ClusterRecord, principal: str, policy: str, scope: Document) -> Document:
    before = cluster.policies.setdefault(principal, {}).get(policy, {})
    cluster.policies[principal][policy] = {
        "policyArn": policy,
        "accessScope": {"namespaces": []} | scope,
        "associatedAt": before.get("associatedAt", records.now()),
        "modifiedAt": records.now(),
    }
    return cluster.policies[principal][policy]


def _username(principal: str, kind: str) -> str:
    if kind in _NODES:
        return "system:node:{{EC2PrivateDNSName}}"
    session = identity.session_of(principal)
    return session.removesuffix(identity.SESSION) + "{{SessionName}}" if session != principal else principal


def _require_no_groups(kind: str, given: Mapping[str, Any]) -> None:
    if given.get("kubernetesGroups") or given.get("username"):
        raise ApiError(
            "InvalidParameterException", f"Groups and username cannot be set for entries of type {kind}"
        )


def _require_own_groups(groups: list[str]) -> None:
    for group in groups:
        if group.startswith(("system:", "eks:", "aws:", "amazon:", "iam:")):
            raise ApiError(
                "InvalidParameterException",
                f"The kubernetes group name {group} is invalid, it cannot start with "
                f"{group.partition(':')[0]}:",
            )
