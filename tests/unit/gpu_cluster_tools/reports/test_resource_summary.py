from pathlib import Path

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
