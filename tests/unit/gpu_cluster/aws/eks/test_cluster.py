import json
from typing import Any

from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.aws.eks.made import ANSWERS, cluster


def callers(graph: Graph) -> set[str]:
    rules = graph.of("SecurityGroupIngressRule")
    assert {(rule["fromPort"], rule["toPort"], rule["ipProtocol"]) for rule in rules} == {(443, 443, "tcp")}
    return {rule.inputs.get("cidrIpv4") or rule["cidrIpv6"] for rule in rules}


def test_the_vpc_calls_the_api_server() -> None:
    assert callers(cluster()) == {"10.40.0.0/16"}


def test_so_do_the_networks_that_the_stack_names_and_the_sites_of_hybrid_nodes() -> None:
    graph = cluster(
        endpoint={"private": ["10.0.0.0/8", "fd00::/8"]},
        remoteNetworks={"nodes": ["192.168.0.0/24"], "pods": ["192.168.128.0/17"]},
    )
    assert callers(graph) == {
        "10.40.0.0/16",
        "10.0.0.0/8",
        "fd00::/8",
        "192.168.0.0/24",
        "192.168.128.0/17",
    }


def test_their_group_is_of_the_control_plane_alone_and_lets_nothing_out() -> None:
    graph = cluster()
    group = graph.only("SecurityGroup")
    assert graph.only("Cluster")["vpcConfig.securityGroupIds"] == [f"{group.name}-id"]
    assert graph.of("SecurityGroupEgressRule") == []
    assert "egress" not in group.inputs


def test_the_kubeconfig_leads_to_the_cluster() -> None:
    graph = cluster()
    written = json.loads(graph.only("kubernetes")["kubeconfig"])
    [server] = written["clusters"]
    assert server["cluster"] == {
        "server": ANSWERS["Cluster"]["endpoint"],
        "certificate-authority-data": "Q0E=",
    }
    [user] = written["users"]
    assert user["user"]["exec"]["args"][3] == graph.only("Cluster")["name"]


def test_another_address_of_the_cluster_is_the_same_cluster(monkeypatch: Any) -> None:
    first = cluster().only("kubernetes")
    monkeypatch.setitem(ANSWERS["Cluster"], "endpoint", "https://2C3D.gr7.eu-central-1.eks.amazonaws.com")
    second = cluster().only("kubernetes")
    assert first["kubeconfig"] != second["kubeconfig"]
    assert first["clusterIdentifier"] == second["clusterIdentifier"] == "arn:aws:test:::c"


def test_objects_come_after_the_access_of_the_deployer() -> None:
    graph = cluster()
    assert graph.waits_for(graph.only("Object"), graph.only("AccessPolicyAssociation"))


def test_nodes_come_after_the_network_the_services_and_the_roles_of_pods() -> None:
    graph = cluster()
    nodes = graph.only("NodeGroup")
    first = graph.of("Addon")
    assert {addon["addonName"] for addon in first} == {"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}
    assert all(graph.waits_for(nodes, addon) for addon in first)
    assert all(graph.waits_for(addon, graph.only("Cluster")) for addon in first)
