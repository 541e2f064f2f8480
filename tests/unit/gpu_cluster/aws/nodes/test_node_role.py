import json

from gpu_cluster.aws.nodes import NodeRole
from gpu_cluster.plan import Graph
from tests.unit.graph import graph_of


def role() -> Graph:
    return graph_of(lambda: NodeRole("nodes"))


def test_only_servers_take_it() -> None:
    [trust] = json.loads(role().only("iam:role:Role")["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "ec2.amazonaws.com"}


def test_a_node_pulls_images_and_hands_out_roles_and_has_nothing_of_the_network_s() -> None:
    attached = {it["policyArn"].rpartition("/")[2] for it in role().of("RolePolicyAttachment")}
    assert attached == {"AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"}


def test_beyond_that_it_only_looks() -> None:
    [statement] = json.loads(role().only("RolePolicy")["policy"])["Statement"]
    assert all(action.partition(":")[2].startswith("Describe") for action in statement["Action"])
