from typing import Any

import pytest
from lightkube.models.rbac_v1 import PolicyRule

from gpu_cluster_tools.rehearsal.aws import access_policies
from gpu_cluster_tools.rehearsal.aws.eks import records
from gpu_cluster_tools.rehearsal.aws.eks.access import POLICY

TEAM = "arn:aws:iam::123456789012:role/team"
EVERYWHERE: dict[str, Any] = {"type": "cluster", "namespaces": []}
HERE: dict[str, Any] = {"type": "namespace", "namespaces": ["serving", "team-*"]}
RULES = {
    "view": [PolicyRule(verbs=["get", "list"], apiGroups=[""], resources=["pods", "pods/log"])],
    "edit": [PolicyRule(verbs=["create", "delete"], apiGroups=["apps"], resources=["deployments"])],
    "admin": [PolicyRule(verbs=["*"], apiGroups=["rbac.authorization.k8s.io"], resources=["roles"])],
}

POD = {"verb": "get", "resource": "pods", "namespace": "serving"}
LOG = {"verb": "get", "resource": "pods", "subresource": "log", "namespace": "team-a"}
DEPLOYMENT = {"verb": "create", "group": "apps", "resource": "deployments", "namespace": "serving"}
ROLE = {"verb": "bind", "group": "rbac.authorization.k8s.io", "resource": "roles", "namespace": "serving"}
ELSEWHERE = {"verb": "get", "resource": "pods", "namespace": "kube-system"}
NODES = {"verb": "list", "resource": "nodes"}
SECRET = {"verb": "get", "resource": "secrets", "namespace": "kube-system"}


@pytest.fixture(autouse=True)
def _roles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_policies, "_rules_of_role", RULES.__getitem__)


@pytest.mark.parametrize(
    ("policy", "scope", "allowed", "denied"),
    [
        ("View", HERE, [POD, LOG], [DEPLOYMENT, ELSEWHERE, NODES]),
        ("Edit", HERE, [POD, DEPLOYMENT], [ROLE, ELSEWHERE]),
        ("Admin", HERE, [POD, DEPLOYMENT, ROLE], [ELSEWHERE, NODES]),
        ("View", EVERYWHERE, [POD, ELSEWHERE], [DEPLOYMENT, SECRET]),
        ("AdminView", EVERYWHERE, [POD, NODES, SECRET], [DEPLOYMENT]),
        ("ClusterAdmin", EVERYWHERE, [POD, NODES, ROLE, SECRET], []),
        ("ClusterAdmin", HERE, [POD, ROLE], [NODES, SECRET]),
    ],
)
def test_access_policy_allows_its_actions_in_its_scope(
    monkeypatch: pytest.MonkeyPatch,
    policy: str,
    scope: dict[str, Any],
    allowed: list[dict[str, str]],
    denied: list[dict[str, str]],
) -> None:
    _associate(monkeypatch, policy, scope)

    assert [asked for asked in allowed if not _is_allowed(asked)] == []
    assert [asked for asked in denied if _is_allowed(asked)] == []


def test_caller_outside_aws_is_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    _associate(monkeypatch, "ClusterAdmin", EVERYWHERE)

    assert not _is_allowed(POD, caller=None)


def test_only_cluster_admin_may_read_non_resource_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"nonResourceAttributes": {"verb": "get", "path": "/metrics"}, "extra": {"canonicalArn": [TEAM]}}
    for policy, allowed in (("ClusterAdmin", True), ("AdminView", False)):
        _associate(monkeypatch, policy, EVERYWHERE)
        assert access_policies.review(_review(asked))["status"] == {"allowed": allowed}


def _associate(monkeypatch: pytest.MonkeyPatch, policy: str, scope: dict[str, Any]) -> None:
    cluster = records.ClusterRecord({"name": "site"}, creator=TEAM, interfaces=[])
    cluster.policies = {TEAM: {f"{POLICY}AmazonEKS{policy}Policy": {"accessScope": scope}}}
    monkeypatch.setattr(records, "_CLUSTERS", {("eu-west-3", "site"): cluster})


def _is_allowed(resource: dict[str, str], caller: str | None = TEAM) -> bool:
    extra = {"canonicalArn": [caller]} if caller else {}
    return access_policies.review(_review({"resourceAttributes": resource, "extra": extra}))["status"][
        "allowed"
    ]


def _review(spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
