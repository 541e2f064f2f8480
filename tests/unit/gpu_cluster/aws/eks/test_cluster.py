import json
from typing import Any

from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.aws.eks.made import ANSWERS, cluster


def callers(graph: Graph) -> set[str]:
    rules = graph.of("SecurityGroupIngressRule")
    assert {(rule["fromPort"], rule["toPort"], rule["ipProtocol"]) for rule in rules} == {(443, 443, "tcp")}
    return {rule.inputs.get("cidrIpv4") or rule["cidrIpv6"] for rule in rules}


def test_api_server_accepts_https_from_the_vpc() -> None:
    assert callers(cluster()) == {"10.40.0.0/16"}


def test_api_server_accepts_https_from_private_and_hybrid_networks() -> None:
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


def test_control_plane_security_group_has_no_egress() -> None:
    graph = cluster()
    group = graph.only("SecurityGroup")
    assert graph.only("Cluster")["vpcConfig.securityGroupIds"] == [f"{group.name}-id"]
    assert graph.of("SecurityGroupEgressRule") == []
    assert "egress" not in group.inputs


def test_kubeconfig_has_the_endpoint_and_name_of_the_cluster() -> None:
    graph = cluster()
    written = json.loads(graph.only("kubernetes")["kubeconfig"])
    [server] = written["clusters"]
    assert server["cluster"] == {
        "server": ANSWERS["Cluster"]["endpoint"],
        "certificate-authority-data": "Q0E=",
    }
    [user] = written["users"]
    assert user["user"]["exec"]["args"][3] == graph.only("Cluster")["name"]


def test_changed_cluster_endpoint_keeps_the_cluster_identifier(monkeypatch: Any) -> None:
    first = cluster().only("kubernetes")
    monkeypatch.setitem(ANSWERS["Cluster"], "endpoint", "https://2C3D.gr7.eu-central-1.eks.amazonaws.com")
    second = cluster().only("kubernetes")
    assert first["kubeconfig"] != second["kubeconfig"]
    assert first["clusterIdentifier"] == second["clusterIdentifier"] == "arn:aws:test:::c"


def test_kubernetes_objects_wait_for_the_access_entry_of_the_deployer() -> None:
    graph = cluster()
    assert graph.waits_for(graph.only("Object"), graph.only("AccessPolicyAssociation"))


def test_nodes_wait_for_the_bootstrap_add_ons() -> None:
    graph = cluster()
    nodes = graph.only("NodeGroup")
    first = graph.of("Addon")
    assert {addon["addonName"] for addon in first} == {"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}
    assert all(graph.waits_for(nodes, addon) for addon in first)
    assert all(graph.waits_for(addon, graph.only("Cluster")) for addon in first)
