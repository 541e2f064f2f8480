import json
from typing import Any

import pytest

from gpu_cluster.aws.nodes import ClusterAutoscaler
from gpu_cluster.images import CLUSTER_AUTOSCALER
from gpu_cluster.plan import Graph
from tests.unit.graph import graph_of


@pytest.fixture(scope="module")
def graph() -> Graph:
    image = CLUSTER_AUTOSCALER.at("mirror.example.com")
    return graph_of(lambda: ClusterAutoscaler("scaler", cluster_name="prod", region="us-east-2", image=image))


@pytest.fixture(scope="module")
def pod(graph: Graph) -> dict[str, Any]:
    return graph.only("Deployment")["spec.template.spec"]


def test_autoscaler_discovers_only_node_groups_of_its_cluster(pod: dict[str, Any]) -> None:
    found_by = "asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/prod"
    assert f"--node-group-auto-discovery={found_by}" in pod["containers"][0]["args"]


def test_autoscaler_role_scales_only_node_groups_of_its_cluster(graph: Graph) -> None:
    look, change = json.loads(graph.only("RolePolicy")["policy"])["Statement"]
    assert all(action.partition(":")[2].startswith(("Describe", "Get")) for action in look["Action"])
    assert change["Condition"] == {"StringEquals": {"aws:ResourceTag/eks:cluster-name": "prod"}}


def test_autoscaler_removes_idle_nodes_with_local_storage(pod: dict[str, Any]) -> None:
    assert "--skip-nodes-with-local-storage=false" in pod["containers"][0]["args"]


def test_autoscaler_image_comes_from_the_mirror_by_digest(pod: dict[str, Any]) -> None:
    source, _, digest = pod["containers"][0]["image"].partition("@")
    assert source == "mirror.example.com/registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.2"
    assert digest.startswith("sha256:")


def test_autoscaler_namespace_is_restricted_and_denies_traffic_by_default(graph: Graph) -> None:
    labels = graph.get("Namespace", "cluster-autoscaler")["metadata.labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    policies = {it["metadata.name"] for it in graph.of("NetworkPolicy")}
    assert policies == {"default-deny", "allow-dns", "allow-apis", "allow-role"}


def test_autoscaler_reaches_the_pod_identity_agent(graph: Graph) -> None:
    [rule] = graph.get("NetworkPolicy", "allow-role")["spec.egress"]
    assert [peer["ipBlock"]["cidr"] for peer in rule["to"]] == ["169.254.170.23/32", "fd00:ec2::23/128"]
    assert rule["ports"] == [{"port": 80, "protocol": "TCP"}]


def test_autoscaler_token_is_a_projected_volume(pod: dict[str, Any]) -> None:
    assert pod["automountServiceAccountToken"] is False
    [volume] = pod["volumes"]
    assert [next(iter(source)) for source in volume["projected"]["sources"]] == [
        "serviceAccountToken",
        "configMap",
        "downwardAPI",
    ]
    [mount] = pod["containers"][0]["volumeMounts"]
    assert mount["mountPath"] == "/var/run/secrets/kubernetes.io/serviceaccount"


def test_autoscaler_rbac_has_no_wildcards_and_no_secrets(graph: Graph) -> None:
    roles = [graph.only("ClusterRole"), graph.only("rbac.authorization.k8s.io:v1:Role")]
    rules = [rule for role in roles for rule in role["rules"]]
    assert all("*" not in (*rule["resources"], *rule["verbs"], *rule["apiGroups"]) for rule in rules)
    assert not any("secrets" in rule["resources"] for rule in rules)


def test_disruption_budget_keeps_one_of_two_autoscaler_replicas(graph: Graph) -> None:
    assert graph.only("Deployment")["spec.replicas"] == 2
    assert graph.only("PodDisruptionBudget")["spec.maxUnavailable"] == 1


def test_autoscaler_waits_for_its_iam_role_and_rbac(graph: Graph) -> None:
    deployment = graph.only("Deployment")
    for kind in ("PodIdentityAssociation", "ClusterRoleBinding", "rbac.authorization.k8s.io:v1:RoleBinding"):
        [earlier] = graph.of(kind)
        assert graph.waits_for(deployment, earlier)
