import json
from typing import Any

from gpu_cluster.plan import Graph, Registered
from tests.unit.gpu_cluster.aws.eks.made import cluster


def addon(graph: Graph, name: str) -> Registered:
    [found] = [it for it in graph.of("Addon") if it["addonName"] == name]
    return found


def values(found: Registered) -> dict[str, Any]:
    return json.loads(found.inputs.get("configurationValues", "{}"))


def test_network_policies_are_kept_to() -> None:
    assert values(addon(cluster(), "vpc-cni")) == {"enableNetworkPolicy": "true"}


def test_pods_with_subnets_of_their_own_get_prefixes_there() -> None:
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


def test_the_cni_has_a_role_of_its_own_before_it_starts() -> None:
    graph = cluster()
    association = graph.only("PodIdentityAssociation")
    assert (association["namespace"], association["serviceAccount"]) == ("kube-system", "aws-node")
    assert graph.waits_for(addon(graph, "vpc-cni"), association)
    attached = {it["policyArn"].rpartition("/")[2] for it in graph.of("RolePolicyAttachment")}
    assert attached == {"AmazonEKSClusterPolicy", "AmazonEKS_CNI_Policy"}


def test_with_ipv6_it_may_assign_no_ipv4_address() -> None:
    graph = cluster(ipFamily="ipv6")
    attached = {it["policyArn"].rpartition("/")[2] for it in graph.of("RolePolicyAttachment")}
    assert attached == {"AmazonEKSClusterPolicy"}
    [policy] = [it for it in graph.of("RolePolicy") if it.name.endswith("-ipv6")]
    assert "ec2:AssignIpv6Addresses" in policy["policy"]


def test_pods_of_hybrid_nodes_get_their_roles_too() -> None:
    assert values(addon(cluster(), "eks-pod-identity-agent")) == {}
    graph = cluster(remoteNetworks={"nodes": ["192.168.0.0/24"]})
    assert values(addon(graph, "eks-pod-identity-agent")) == {"daemonsets": {"hybrid": {"create": True}}}
