"""Deletion that leaves network interfaces and load balancers, which block the deletion of the network.

Each resource is deleted before those that it depends on. Every rehearsal of a stack shows that nothing
remains in the account and in the cluster.
"""

from gpu_cluster.plan import Graph
from tests.pains.platforms import addon, of_package


def test_nodes_are_deleted_before_the_network_plugin(graph: Graph) -> None:
    for group in graph.of("nodeGroup:NodeGroup"):
        assert graph.waits_for(group, addon(graph, "vpc-cni")), group.name


def test_control_plane_is_deleted_before_its_policy_and_subnets(graph: Graph) -> None:
    cluster = graph.only("cluster:Cluster")
    allowed = [it for it in graph.of("RolePolicyAttachment") if it.name == "platform-cluster-policy"]
    for earlier in (*allowed, *graph.of("Subnet"), *graph.of("RouteTableAssociation")):
        assert graph.waits_for(cluster, earlier), earlier.name
    assert allowed


def test_network_is_deleted_last(graph: Graph) -> None:
    [network] = [it for it in graph.of("Network") if it.type.startswith("gpu-cluster:")]
    for later in (*graph.of("cluster:Cluster"), *graph.of("MountTarget"), *graph.of("LustreFileSystem")):
        assert graph.waits_for(later, network), later.name


def test_stack_has_no_load_balancer_service_or_ingress(graph: Graph) -> None:
    asked = [it for it in graph.of("Service") if it["spec"].get("type", "ClusterIP") != "ClusterIP"]
    assert [it.name for it in asked] == []
    assert [it.name for it in of_package(graph, "kubernetes") if it.type.endswith(":Ingress")] == []
