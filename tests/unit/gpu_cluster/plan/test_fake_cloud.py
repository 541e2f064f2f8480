from pathlib import Path

import pulumi
import pulumi_aws as aws

from gpu_cluster.plan import Plan, planned
from gpu_cluster.plan.fake_cloud import FakeCloud
from gpu_cluster.plan.recorder import recorded
from gpu_cluster.stack import load

PROJECT = Path(__file__).parents[4]


def test_an_unset_output_is_unknown_and_so_is_all_that_contains_it() -> None:
    def program() -> None:
        certificate = aws.acm.Certificate("site", domain_name="example.com")
        aws.ssm.Parameter("zone", type="String", value=pulumi.Output.concat("at ", certificate.status))

    graph = recorded(program, FakeCloud("123456789012", "us-east-2", {}), preview=True)

    assert [
        path for _, path in Plan("x", load(PROJECT / "stacks/Pulumi.edge.yaml"), graph, {}).unknown()
    ] == ["value"]


def test_what_is_in_another_region_is_called_so() -> None:
    def program() -> None:
        aws.kms.Key("here")
        aws.kms.Key("there", region="us-west-2")

    graph = recorded(program, FakeCloud("123456789012", "us-east-2", {}), preview=True)

    regions = {it.name: it.outputs["arn"].split(":")[3] for it in graph.of("kms:key:Key")}
    assert regions == {"here": "us-east-2", "there": "us-west-2"}


def test_a_network_that_is_there_is_found_without_being_asked() -> None:
    stack = load(PROJECT / "tests/stacks/happy/eks-network-existing-by-tags.yaml")

    plan = planned(stack, "found")

    assert list(plan.unknown()) == []
    assert all(
        subnet.startswith("subnet-") for subnet in plan.graph.only("cluster:Cluster")["vpcConfig.subnetIds"]
    )
