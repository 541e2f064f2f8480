"""Kubernetes permissions of EKS access policies, for requests from the API server."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (lightkube's signatures have bare dicts in them)

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from lightkube import Client, KubeConfig
from lightkube.models.rbac_v1 import PolicyRule
from lightkube.resources.rbac_authorization_v1 import ClusterRole

from gpu_cluster_tools.rehearsal.aws.eks import records
from gpu_cluster_tools.rehearsal.aws.eks.access import POLICY
from gpu_cluster_tools.rehearsal.aws.eks.endpoint import KUBECONFIG
from gpu_cluster_tools.rehearsal.aws.token_review import CALLER

Request = Mapping[str, Any]
"""The spec of a SubjectAccessReview."""

_LOOKS = PolicyRule(verbs=["get", "list", "watch"], apiGroups=["*"], resources=["*"])
_EVERYTHING = (
    PolicyRule(verbs=["*"], apiGroups=["*"], resources=["*"]),
    PolicyRule(verbs=["*"], nonResourceURLs=["*"]),
)
_ROLES = {
    "AmazonEKSAdminPolicy": ("admin", "edit", "view"),
    "AmazonEKSEditPolicy": ("edit", "view"),
    "AmazonEKSViewPolicy": ("view",),
}
"""Role of Kubernetes with the rules of a policy, without what others aggregate to them.

Source: EKS user guide, access policy permissions, 2026-08-22.
"""


def review(document: dict[str, Any]) -> dict[str, Any]:
    """A SubjectAccessReview with its status; what no policy allows may still be allowed by RBAC."""
    status = {"allowed": _is_allowed(document["spec"])}
    return {"apiVersion": document["apiVersion"], "kind": document["kind"], "status": status}


def _is_allowed(asked: Request) -> bool:
    principals = asked.get("extra", {}).get(CALLER, [])
    return any(
        _covers(association["accessScope"], asked) and any(_permits(rule, asked) for rule in _rules(policy))
        for principal in principals
        for _, cluster in records.clusters()
        for policy, association in cluster.policies.get(principal, {}).items()
    )


def _covers(scope: Mapping[str, Any], asked: Request) -> bool:
    if scope["type"] == "cluster":
        return True
    namespace = asked.get("resourceAttributes", {}).get("namespace", "")
    return bool(namespace) and any(fnmatchcase(namespace, pattern) for pattern in scope["namespaces"])


def _rules(policy: str) -> Iterable[PolicyRule]:
    name = policy.removeprefix(POLICY)
    if name == "AmazonEKSClusterAdminPolicy":
        return _EVERYTHING
    if name == "AmazonEKSAdminViewPolicy":
        return (_LOOKS,)
    return [rule for role in _ROLES.get(name, ()) for rule in _rules_of_role(role)]


@cache
def _rules_of_role(name: str) -> list[PolicyRule]:
    """Rules that Kubernetes has for a role, without later additions."""
    client = Client(config=KubeConfig.from_file(KUBECONFIG), trust_env=False)
    return client.get(ClusterRole, f"system:aggregate-to-{name}").rules or []


def _permits(rule: PolicyRule, asked: Request) -> bool:
    if resource := asked.get("resourceAttributes"):
        subresource = f"/{resource['subresource']}" if resource.get("subresource") else ""
        return (
            _names(rule.verbs, resource["verb"])
            and _names(rule.apiGroups, resource.get("group", ""))
            and _names(rule.resources, resource["resource"] + subresource)
            and (not rule.resourceNames or resource.get("name") in rule.resourceNames)
        )
    path = asked.get("nonResourceAttributes", {})
    return _names(rule.verbs, path.get("verb", "")) and any(
        fnmatchcase(path.get("path", ""), pattern) for pattern in rule.nonResourceURLs or []
    )


def _names(listed: list[str] | None, wanted: str) -> bool:
    return "*" in (listed or []) or wanted in (listed or [])
