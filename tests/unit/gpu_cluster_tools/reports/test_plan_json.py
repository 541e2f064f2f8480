import json
from pathlib import Path

import pulumi
import pulumi_aws as aws

from gpu_cluster.plan import Plan, plan_of
from gpu_cluster.plan.fake_cloud import FakeCloud
from gpu_cluster.plan.recorder import recorded
from gpu_cluster.stack import load
from gpu_cluster_tools.reports.plan_json import as_json

PROJECT = Path(__file__).parents[4]


def written(program: object) -> str:
    graph = recorded(program, FakeCloud("123456789012", "us-east-2", {}), preview=True)  # pyright: ignore[reportArgumentType]
    return json.dumps(as_json(Plan("x", load(PROJECT / "stacks" / "Pulumi.edge.yaml"), graph, {})))


def test_json_plan_has_every_resource() -> None:
    plan = plan_of(PROJECT, "prod")

    said = json.loads(json.dumps(as_json(plan)))

    assert {it["urn"] for it in said["resources"]} == {it.urn for it in plan.graph.resources}
    assert said["outputs"]["models"]["chat"]["namespace"] == "serving"


def test_resources_are_sorted_by_urn() -> None:
    plan = plan_of(PROJECT, "edge")
    resources = as_json(plan)["resources"]

    plan.graph.resources.reverse()

    assert as_json(plan)["resources"] == resources
    assert [it["urn"] for it in resources] == sorted(it["urn"] for it in resources)


def test_json_plan_has_time_to_ready_and_its_critical_path() -> None:
    ready = as_json(plan_of(PROJECT, "prod"))["ready"]

    assert round(sum(step["minutes"] for step in ready["path"]), 1) <= ready["minutes"]


def test_secret_is_not_in_the_json_plan() -> None:
    def program() -> None:
        aws.cloudwatch.LogGroup("logs", kms_key_id=pulumi.Output.secret("hf_xyzzy"))

    assert "hf_xyzzy" not in written(program)


def test_unknown_values_are_marked() -> None:
    def program() -> None:
        aws.cloudwatch.LogGroup("logs", kms_key_id=aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16").owner_id)

    assert '"kmsKeyId": "(unknown)"' in written(program)
