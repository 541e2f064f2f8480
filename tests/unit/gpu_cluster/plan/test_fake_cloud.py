from pathlib import Path

import pulumi
import pulumi_aws as aws

from gpu_cluster.plan import Plan, planned
from gpu_cluster.plan.fake_cloud import FakeCloud
from gpu_cluster.plan.recorder import recorded
from gpu_cluster.stack import load

PROJECT = Path(__file__).parents[4]


def test_unset_output_and_values_derived_from_it_are_unknown() -> None:
    def program() -> None:
        certificate = aws.acm.Certificate("site", domain_name="example.com")
        aws.ssm.Parameter("zone", type="String", value=pulumi.Output.concat("at ", certificate.status))

    graph = recorded(program, FakeCloud("123456789012", "us-east-2", {}), preview=True)

    assert [
        path for _, path in Plan("x", load(PROJECT / "stacks/Pulumi.edge.yaml"), graph, {}).unknown()
    ] == ["value"]


def test_arn_of_a_resource_has_its_own_region() -> None:
    def program() -> None:
        aws.kms.Key("here")
        aws.kms.Key("there", region="us-west-2")

    graph = recorded(program, FakeCloud("123456789012", "us-east-2", {}), preview=True)

    regions = {it.name: it.outputs["arn"].split(":")[3] for it in graph.of("kms:key:Key")}
    assert regions == {"here": "us-east-2", "there": "us-west-2"}


def test_existing_network_by_tags_is_resolved_in_a_plan() -> None:
    stack = load(PROJECT / "tests/stacks/happy/eks-network-existing-by-tags.yaml")

    plan = planned(stack, "found")

    assert list(plan.unknown()) == []
    assert all(
        subnet.startswith("subnet-") for subnet in plan.graph.only("cluster:Cluster")["vpcConfig.subnetIds"]
    )
