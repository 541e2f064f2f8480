from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.plan import Graph, plan_of
from gpu_cluster_tools.reports.resource_summary import summary_of

PROJECT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def prod() -> Graph:
    return plan_of(PROJECT, "prod").graph


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("platform-nodes-l4", "g6.4xlarge, 3 to 16 nodes, on-demand"),
        ("platform-nodes-h100", "2 nodes, capacity-block"),
    ],
)
def test_node_group_summary_has_instance_size_and_market(prod: Graph, name: str, facts: str) -> None:
    [group] = [it for it in prod.of("eks:nodeGroup:NodeGroup") if it.name == name]

    assert summary_of(group) == facts


def test_model_summary_has_replicas_and_gpus(prod: Graph) -> None:
    assert summary_of(prod.get("Deployment", "code")) == "2 replicas, 2 x nvidia.com/gpu"


def test_cluster_summary_says_protected(prod: Graph) -> None:
    assert summary_of(prod.only("cluster:Cluster")).endswith("protected")


def test_resource_without_details_has_an_empty_summary(prod: Graph) -> None:
    assert summary_of(prod.of("RouteTable")[0]) == ""


def test_component_is_not_confused_with_the_aws_type_of_its_name() -> None:
    [cluster] = [
        it for it in plan_of(PROJECT, "onprem").graph.resources if it.type == "gpu-cluster:index:Cluster"
    ]

    assert "endpoint" not in summary_of(cluster)
    assert "Kubernetes" not in summary_of(cluster)


@pytest.mark.parametrize(
    ("kind", "spec", "facts"),
    [
        ("gateway.networking.k8s.io/v1:HTTPRoute", {"rules": [{"backendRefs": [{"name": "a"}]}]}, "/ to a"),
        (
            "gateway.networking.k8s.io/v1:HTTPRoute",
            {"rules": [{"matches": [{"method": "GET"}], "backendRefs": [{"name": "a"}, {"name": "b"}]}, "c"]},
            "/ to a 1, b 1",
        ),
        ("gateway.networking.k8s.io/v1:HTTPRoute", {"rules": [{"name": "a"}]}, "/ to no backend"),
        (
            "gateway.networking.k8s.io/v1:Gateway",
            {"listeners": [{"protocol": "HTTP", "port": 80}]},
            "HTTP 80, *",
        ),
        ("autoscaling/v2:HorizontalPodAutoscaler", {}, ""),
        ("apps/v1:Deployment", {"template": {"spec": {"containers": [True, {"resources": "a"}]}}}, ""),
        ("core/v1:ResourceQuota", {"hard": "a"}, ""),
        ("postgresql.cnpg.io/v1:Cluster", {}, ""),
    ],
)
def test_manifest_of_a_user_with_optional_or_wrong_fields(
    prod: Graph, kind: str, spec: Any, facts: str
) -> None:
    own = prod.get("Deployment", "code")
    assert summary_of(replace(own, type=f"kubernetes:{kind}", inputs={"spec": spec})) == facts
