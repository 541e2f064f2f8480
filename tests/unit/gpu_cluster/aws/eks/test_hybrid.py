import json

from gpu_cluster.plan import Graph, Registered
from tests.unit.gpu_cluster.aws.eks.made import cluster

SITE = {"nodes": ["192.168.0.0/24"]}
ROLE = "arn:aws:iam::123456789012:role/anywhere"


def entry(graph: Graph) -> Registered:
    [found] = [it for it in graph.of("AccessEntry") if it.inputs.get("type") == "HYBRID_LINUX"]
    return found


def test_hybrid_nodes_join_with_a_systems_manager_role_of_the_account() -> None:
    graph = cluster(remoteNetworks=SITE)
    [role] = [it for it in graph.of("iam:role:Role") if it.name == "c-hybrid-role"]
    [trust] = json.loads(role["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "ssm.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}
    assert entry(graph)["principalArn"] == "arn:aws:test:::c-hybrid-role"


def test_hybrid_node_role_deregisters_only_nodes_of_the_cluster() -> None:
    graph = cluster(remoteNetworks=SITE)
    [policy] = [it for it in graph.of("RolePolicy") if it.name == "c-hybrid-join"]
    statements = {it["Action"]: it for it in json.loads(policy["policy"])["Statement"]}
    assert statements["ssm:DeregisterManagedInstance"]["Condition"] == {
        "StringEquals": {"ssm:resourceTag/EKSClusterARN": "arn:aws:test:::c"}
    }
    assert statements["eks:DescribeCluster"]["Resource"] == "arn:aws:test:::c"


def test_hybrid_nodes_join_with_a_custom_role() -> None:
    graph = cluster(remoteNetworks={**SITE, "role": ROLE})
    assert entry(graph)["principalArn"] == ROLE
    assert [it for it in graph.of("iam:role:Role") if "hybrid" in it.name] == []


def test_no_hybrid_access_entry_without_remote_networks() -> None:
    types = {it.inputs.get("type") for it in cluster().of("AccessEntry")}
    assert types == {None}
