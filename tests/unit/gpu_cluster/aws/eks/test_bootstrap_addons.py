import json
from typing import Any

from gpu_cluster.plan import Graph, Registered
from tests.unit.gpu_cluster.aws.eks.made import cluster


def addon(graph: Graph, name: str) -> Registered:
    [found] = [it for it in graph.of("Addon") if it["addonName"] == name]
    return found


def values(found: Registered) -> dict[str, Any]:
    return json.loads(found.inputs.get("configurationValues", "{}"))


def test_vpc_cni_enforces_network_policies() -> None:
    assert values(addon(cluster(), "vpc-cni")) == {"enableNetworkPolicy": "true"}


def test_vpc_cni_with_pod_subnets_uses_prefix_delegation() -> None:
    graph = cluster(pod_subnets={"eu-central-1a": "subnet-pods"})
    given = values(addon(graph, "vpc-cni"))
    assert given["eniConfig"] == {
        "create": True,
        "region": "eu-central-1",
        "subnets": {"eu-central-1a": {"id": "subnet-pods", "securityGroups": ["sg-cluster"]}},
    }
    assert given["env"] == {
        "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "true",
        "ENABLE_PREFIX_DELEGATION": "true",
        "ENI_CONFIG_LABEL_DEF": "topology.kubernetes.io/zone",
    }


def test_vpc_cni_role_is_associated_before_the_add_on() -> None:
    graph = cluster()
    association = graph.only("PodIdentityAssociation")
    assert (association["namespace"], association["serviceAccount"]) == ("kube-system", "aws-node")
    assert graph.waits_for(addon(graph, "vpc-cni"), association)
    attached = {it["policyArn"].rpartition("/")[2] for it in graph.of("RolePolicyAttachment")}
    assert attached == {"AmazonEKSClusterPolicy", "AmazonEKS_CNI_Policy"}


def test_vpc_cni_role_with_ipv6_assigns_only_ipv6_addresses() -> None:
    graph = cluster(ipFamily="ipv6")
    attached = {it["policyArn"].rpartition("/")[2] for it in graph.of("RolePolicyAttachment")}
    assert attached == {"AmazonEKSClusterPolicy"}
    [policy] = [it for it in graph.of("RolePolicy") if it.name.endswith("-ipv6")]
    assert "ec2:AssignIpv6Addresses" in policy["policy"]


def test_pod_identity_agent_runs_on_hybrid_nodes() -> None:
    assert values(addon(cluster(), "eks-pod-identity-agent")) == {}
    graph = cluster(remoteNetworks={"nodes": ["192.168.0.0/24"]})
    assert values(addon(graph, "eks-pod-identity-agent")) == {"daemonsets": {"hybrid": {"create": True}}}
