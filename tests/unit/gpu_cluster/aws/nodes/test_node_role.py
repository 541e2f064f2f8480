import json

from gpu_cluster.aws.nodes import NodeRole
from gpu_cluster.plan import Graph
from tests.unit.graph import graph_of


def role() -> Graph:
    return graph_of(lambda: NodeRole("nodes"))


def test_node_role_is_assumable_only_by_ec2() -> None:
    [trust] = json.loads(role().only("iam:role:Role")["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "ec2.amazonaws.com"}


def test_node_role_has_only_the_worker_and_image_pull_policies() -> None:
    attached = {it["policyArn"].rpartition("/")[2] for it in role().of("RolePolicyAttachment")}
    assert attached == {"AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"}


def test_node_role_inline_policy_only_describes() -> None:
    [statement] = json.loads(role().only("RolePolicy")["policy"])["Statement"]
    assert all(action.partition(":")[2].startswith("Describe") for action in statement["Action"])
