"""Removal that leaves network interfaces and load balancers behind, on which the network then hangs.

What waited for another goes before it. That nothing is left in the end, in the account and in the cluster, is
what every rehearsal of a stack shows.
"""

from gpu_cluster.plan import Graph
from tests.pains.platforms import addon, of_package


def test_nodes_go_while_the_network_plugin_can_give_their_addresses_back(graph: Graph) -> None:
    for group in graph.of("nodeGroup:NodeGroup"):
        assert graph.waits_for(group, addon(graph, "vpc-cni")), group.name


def test_the_control_plane_goes_while_it_may_still_remove_its_interfaces(graph: Graph) -> None:
    cluster = graph.only("cluster:Cluster")
    allowed = [it for it in graph.of("RolePolicyAttachment") if it.name == "platform-cluster-policy"]
    for earlier in (*allowed, *graph.of("Subnet"), *graph.of("RouteTableAssociation")):
        assert graph.waits_for(cluster, earlier), earlier.name
    assert allowed


def test_the_network_goes_last(graph: Graph) -> None:
    [network] = [it for it in graph.of("Network") if it.type.startswith("gpu-cluster:")]
    for later in (*graph.of("cluster:Cluster"), *graph.of("MountTarget"), *graph.of("LustreFileSystem")):
        assert graph.waits_for(later, network), later.name


def test_nothing_asks_for_a_load_balancer_that_no_one_would_remove(graph: Graph) -> None:
    asked = [it for it in graph.of("Service") if it["spec"].get("type", "ClusterIP") != "ClusterIP"]
    assert [it.name for it in asked] == []
    assert [it.name for it in of_package(graph, "kubernetes") if it.type.endswith(":Ingress")] == []
