"""Nodes that start before the network plugin never become ready, and their node group fails."""

from gpu_cluster.plan import Graph
from tests.pains.platforms import addon

NEEDED = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")


def test_dependencies_of_a_ready_node_come_before_every_pool(graph: Graph) -> None:
    groups = graph.of("nodeGroup:NodeGroup")
    assert groups
    for group in groups:
        for needed in NEEDED:
            assert graph.waits_for(group, addon(graph, needed)), (group.name, needed)


def test_network_plugin_has_its_role_before_it_starts(graph: Graph) -> None:
    [role] = [it for it in graph.of("PodIdentityAssociation") if it["serviceAccount"] == "aws-node"]
    assert graph.waits_for(addon(graph, "vpc-cni"), role)
