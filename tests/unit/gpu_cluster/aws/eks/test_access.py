from typing import Any

import pytest

from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.aws.eks.made import ADMIN, cluster

ON_CALL = "arn:aws:iam::123456789012:role/on-call"


def access(**given: Any) -> Graph:
    return cluster(access={"deploy": {"principal": ADMIN, "policy": "cluster-admin"}, "on-call": given})


def association(graph: Graph) -> dict[str, Any]:
    [found] = [it for it in graph.of("AccessPolicyAssociation") if it.name == "c-access-on-call-policy"]
    return found.inputs


def test_access_entry_is_created_before_its_policy() -> None:
    graph = access(principal=ON_CALL, policy="view")
    [entry] = [it for it in graph.of("AccessEntry") if it["principalArn"] == ON_CALL]
    [policy] = [it for it in graph.of("AccessPolicyAssociation") if it["principalArn"] == ON_CALL]
    assert graph.waits_for(policy, entry)
    assert "kubernetesGroups" not in entry.inputs


@pytest.mark.parametrize(
    ("policy", "name"),
    [
        ("cluster-admin", "AmazonEKSClusterAdminPolicy"),
        ("admin", "AmazonEKSAdminPolicy"),
        ("edit", "AmazonEKSEditPolicy"),
        ("view", "AmazonEKSViewPolicy"),
        ("admin-view", "AmazonEKSAdminViewPolicy"),
    ],
)
def test_access_policy_maps_to_the_eks_access_policy(policy: str, name: str) -> None:
    found = association(access(principal=ON_CALL, policy=policy))
    assert found["policyArn"] == f"arn:aws:eks::aws:cluster-access-policy/{name}"
    assert found["accessScope"] == {"type": "cluster"}


def test_access_policy_is_limited_to_the_configured_namespaces() -> None:
    found = association(access(principal=ON_CALL, policy="edit", namespaces=["vision", "audio"]))
    assert found["accessScope"] == {"type": "namespace", "namespaces": ["audio", "vision"]}
