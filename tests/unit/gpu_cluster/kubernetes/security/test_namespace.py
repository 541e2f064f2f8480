import pytest

from gpu_cluster.kubernetes.security import Namespace, PodSecurity, from_anywhere, to_dns
from gpu_cluster.plan import Graph
from tests.unit.graph import graph_of


@pytest.fixture(scope="module")
def graph() -> Graph:
    allowances = {"clients": from_anywhere(5000), "dns": to_dns()}
    return graph_of(
        lambda: Namespace("a", "apps", PodSecurity.RESTRICTED, quota={"pods": "2"}, allowances=allowances)
    )


@pytest.mark.parametrize("mode", ["enforce", "audit", "warn"])
def test_every_pod_security_mode_has_a_level_and_version(graph: Graph, mode: str) -> None:
    labels = graph.get("Namespace", "apps")["metadata.labels"]
    assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"
    assert labels[f"pod-security.kubernetes.io/{mode}-version"].startswith("v1.")


def test_namespace_denies_traffic_except_named_allowances(graph: Graph) -> None:
    deny = graph.get("NetworkPolicy", "default-deny")["spec"]
    assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    named = {policy["metadata.name"] for policy in graph.of("NetworkPolicy")}
    assert named == {"default-deny", "allow-clients", "allow-dns"}


def test_namespace_has_a_quota_and_default_limits(graph: Graph) -> None:
    assert graph.only("ResourceQuota")["spec"] == {"hard": {"pods": "2"}}
    [limits] = graph.only("LimitRange")["spec.limits"]
    assert set(limits["defaultRequest"]) == {"cpu", "memory"}
    assert set(limits["default"]) == {"memory"}


def test_objects_in_the_namespace_depend_on_it(graph: Graph) -> None:
    namespace = graph.get("Namespace", "apps")
    inside = [r for r in graph.resources if r.inputs.get("metadata", {}).get("namespace") == "apps"]
    assert len(inside) == 5
    assert all(graph.waits_for(resource, namespace) for resource in inside)


def test_quota_can_be_scoped_to_one_priority_class() -> None:
    graph = graph_of(
        lambda: Namespace(
            "a", "apps", PodSecurity.PRIVILEGED, quota={"pods": "9"}, priority_class="system-node-critical"
        )
    )
    [scope] = graph.only("ResourceQuota")["spec.scopeSelector.matchExpressions"]
    assert scope == {"scopeName": "PriorityClass", "operator": "In", "values": ["system-node-critical"]}
