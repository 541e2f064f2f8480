from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest

from gpu_cluster.plan import Graph, plan_of
from gpu_cluster.plan.fake_cloud import FakeCloud
from gpu_cluster.plan.recorder import recorded
from gpu_cluster_tools.reports.plan_tree import tree

PROJECT = Path(__file__).parents[4]


class Room(pulumi.ComponentResource):
    def __init__(self, name: str, subnets: int) -> None:
        super().__init__("gpu-cluster:index:Room", name)
        inside = pulumi.ResourceOptions(parent=self)
        vpc = aws.ec2.Vpc(f"{name}-vpc", cidr_block="10.0.0.0/16", opts=inside)
        for number in range(subnets):
            block = f"10.0.{number}.0/24"
            aws.ec2.Subnet(f"{name}-{number}", vpc_id=vpc.id, cidr_block=block, opts=inside)


def rooms(*sizes: int) -> Graph:
    def program() -> None:
        for number, size in enumerate(sizes):
            Room(f"room-{number}", size)

    return recorded(program, FakeCloud("123456789012", "us-east-2", {}), preview=True)


def test_children_are_below_their_parents() -> None:
    assert list(tree(rooms(2))) == [
        "Room room-0",
        "├─ Subnet room-0-0  10.0.0.0/24",
        "├─ Subnet room-0-1  10.0.1.0/24",
        "└─ Vpc room-0-vpc  10.0.0.0/16",
    ]


def test_many_resources_of_a_type_are_counted() -> None:
    assert list(tree(rooms(12)))[1] == "├─ 12 x Subnet"


def test_every_resource_is_shown_on_request() -> None:
    assert len(list(tree(rooms(12), every=True))) == 1 + 12 + 1


@pytest.mark.parametrize("name", ["prod", "local"])
def test_tree_of_a_stack_has_every_resource(name: str) -> None:
    graph = plan_of(PROJECT, name).graph

    assert len(list(tree(graph, every=True))) == len(graph.resources)


def test_tree_order_does_not_depend_on_registration_order() -> None:
    graph = plan_of(PROJECT, "local").graph

    assert list(tree(Graph(graph.resources[::-1]))) == list(tree(graph))
