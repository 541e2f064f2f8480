"""Create, update and destroy node groups of every capacity type with the real engine."""

import json
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.rehearsal.aws.api import Api
from tests.rehearsal.aws.project import REGION, Project, contents

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture(scope="module")
def project(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project.of(Path(tmp_path_factory.mktemp("nodes")) / "nodes", account, "nodes")


def change(project: Project, **pools: dict[str, Any]) -> str:
    """Run the program with these pool settings, and return the engine's output."""
    project.configure("changed", json.dumps(pools))
    return project.up()


def groups(project: Project) -> dict[str, dict[str, Any]]:
    """Node groups by pool, as EKS describes them."""
    said = project.outputs()
    return {
        pool: ask(project, "eks", "DescribeNodegroup", clusterName=said["cluster"], nodegroupName=name)[
            "nodegroup"
        ]
        for pool, name in said["groups"].items()
    }


def ask(project: Project, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
    return Api(project.account.endpoint, REGION).call(service, operation, **arguments)


def order(said: str, first: str, second: str) -> bool:
    """Whether the first text precedes the second in the engine's output."""
    assert first in said, said
    assert second in said, said
    return said.index(first) < said.index(second)


def test_up_creates_a_node_group_for_every_pool(project: Project) -> None:
    project.up()

    made = groups(project)
    assert {pool: (it["capacityType"], it["amiType"], it["scalingConfig"]) for pool, it in made.items()} == {
        "system": ("ON_DEMAND", "AL2023_x86_64_STANDARD", {"minSize": 2, "maxSize": 2, "desiredSize": 2}),
        "l4": ("ON_DEMAND", "AL2023_x86_64_NVIDIA", {"minSize": 1, "maxSize": 4, "desiredSize": 1}),
        "burst": ("SPOT", "AL2023_x86_64_NVIDIA", {"minSize": 0, "maxSize": 8, "desiredSize": 0}),
        "a100": ("CAPACITY_BLOCK", "AL2023_x86_64_NVIDIA", {"minSize": 2, "maxSize": 2, "desiredSize": 2}),
    }
    assert len(made["l4"]["subnets"]) == 2
    assert len(made["a100"]["subnets"]) == 1


def test_capacity_block_is_drained_before_its_end(project: Project) -> None:
    [scaling] = groups(project)["a100"]["resources"]["autoScalingGroups"]
    asked = ask(project, "autoscaling", "DescribeScheduledActions", AutoScalingGroupName=scaling["name"])
    [action] = asked["ScheduledUpdateGroupActions"]
    assert action["StartTime"].isoformat() == "2036-12-01T10:30:00+00:00"
    assert action["DesiredCapacity"] == 0


def test_refresh_after_the_drain_recreates_the_scheduled_action(project: Project) -> None:
    """A program therefore declares no drain in the past: AWS would refuse to create it."""
    [scaling] = groups(project)["a100"]["resources"]["autoScalingGroups"]
    group = {"AutoScalingGroupName": scaling["name"]}
    action = {**group, "ScheduledActionName": "drain-before-the-block-ends"}
    ask(project, "autoscaling", "DeleteScheduledAction", **action)  # as Auto Scaling does afterwards

    refreshed = project.pulumi("refresh", "--yes", "--skip-preview")
    assert refreshed.returncode == 0, refreshed.stdout
    said = project.up()

    assert "aws:autoscaling:Schedule nodes-a100-drain created" in " ".join(said.split())
    assert ask(project, "autoscaling", "DescribeScheduledActions", **group)["ScheduledUpdateGroupActions"]


def test_second_preview_has_no_changes_and_refresh_no_drift(project: Project) -> None:
    for command in (["preview"], ["refresh", "--yes", "--skip-preview"]):
        done = project.pulumi(*command, "--expect-no-changes")

        assert done.returncode == 0, done.stdout


def test_size_set_by_the_autoscaler_is_no_drift(project: Project) -> None:
    name = project.outputs()["groups"]["burst"]
    cluster = project.outputs()["cluster"]
    sizes = {"desiredSize": 3}
    ask(project, "eks", "UpdateNodegroupConfig", clusterName=cluster, nodegroupName=name, scalingConfig=sizes)

    refreshed = project.pulumi("refresh", "--yes", "--skip-preview")
    assert refreshed.returncode == 0, refreshed.stdout
    preview = project.pulumi("preview", "--expect-no-changes")
    assert preview.returncode == 0, preview.stdout
    change(project, burst={"nodes": {"min": 0, "max": 9}})

    scaled = groups(project)["burst"]["scalingConfig"]
    assert scaled == {"minSize": 0, "maxSize": 9, "desiredSize": 3}


def test_minimum_above_the_current_size_is_refused_and_needs_two_updates(project: Project) -> None:
    wanted = {"burst": {"nodes": {"min": 5, "max": 9}}}
    project.configure("changed", json.dumps(wanted))
    refused = project.pulumi("up", "--yes", "--skip-preview", "--refresh")

    assert refused.returncode != 0
    assert "Minimum capacity 5 can't be greater than desired size 3" in refused.stdout
    assert groups(project)["burst"]["scalingConfig"] == {"minSize": 0, "maxSize": 9, "desiredSize": 3}

    change(project, burst={"nodes": 5})
    assert groups(project)["burst"]["scalingConfig"] == {"minSize": 5, "maxSize": 5, "desiredSize": 5}
    change(project, **wanted)
    assert groups(project)["burst"]["scalingConfig"] == {"minSize": 5, "maxSize": 9, "desiredSize": 5}


def test_provider_sends_the_desired_size_from_the_state(project: Project) -> None:
    """A hook that scales a group before its update would therefore have no effect."""
    said = project.outputs()
    group = {"clusterName": said["cluster"], "nodegroupName": said["groups"]["burst"]}
    ask(project, "eks", "UpdateNodegroupConfig", **group, scalingConfig={"desiredSize": 8})

    project.configure("changed", json.dumps({"burst": {"nodes": {"min": 6, "max": 9}}}))
    refused = project.pulumi("up", "--yes", "--skip-preview")

    assert refused.returncode != 0
    assert "Minimum capacity 6 can't be greater than desired size 5" in refused.stdout
    assert groups(project)["burst"]["scalingConfig"]["desiredSize"] == 8
    refreshed = project.pulumi("up", "--yes", "--skip-preview", "--refresh")
    assert refreshed.returncode == 0, refreshed.stdout
    assert groups(project)["burst"]["scalingConfig"] == {"minSize": 6, "maxSize": 9, "desiredSize": 8}


def test_new_release_replaces_nodes_and_keeps_groups(project: Project) -> None:
    before = groups(project)
    release = {"ami": {"release": "1.34.9-20260714"}}
    said = change(project, burst={"nodes": {"min": 0, "max": 9}}, l4=release, a100=release)

    after = groups(project)
    assert "replaced" not in said
    assert {it["nodegroupArn"] for it in after.values()} == {it["nodegroupArn"] for it in before.values()}
    assert after["l4"]["releaseVersion"] == after["a100"]["releaseVersion"] == "1.34.9-20260714"
    assert after["a100"]["updateConfig"]["updateStrategy"] == "MINIMAL"


def test_new_instance_type_creates_a_group_before_deleting_the_old_one(project: Project) -> None:
    before = groups(project)
    said = change(project, l4={"instance": "g6.8xlarge"})

    after = groups(project)
    assert after["l4"]["instanceTypes"] == ["g6.8xlarge"]
    assert after["l4"]["nodegroupName"] != before["l4"]["nodegroupName"]
    assert order(said, "nodes-l4 created replacement", "nodes-l4 deleting original")


def test_new_capacity_block_deletes_the_old_group_first(project: Project) -> None:
    before = groups(project)
    block = {"id": "cr-0fedcba9876543210", "zone": f"{REGION}a", "count": 2, "ends": "2037-01-01T11:30:00Z"}
    said = change(project, l4={"instance": "g6.8xlarge"}, a100={"capacity": {"capacityBlock": block}})

    after = groups(project)
    assert after["a100"]["nodegroupName"] != before["a100"]["nodegroupName"]
    assert after["a100"]["subnets"] != before["a100"]["subnets"]
    assert order(said, "nodes-a100 deleted original", "nodes-a100 creating replacement")
    assert after["l4"]["nodegroupName"] == before["l4"]["nodegroupName"]


def test_destroy_leaves_the_account_empty(project: Project) -> None:
    destroyed = project.pulumi("destroy", "--yes", "--skip-preview")

    assert destroyed.returncode == 0, destroyed.stdout
    assert ask(project, "ec2", "DescribeLaunchTemplates")["LaunchTemplates"] == []
    assert contents(project.account) == {}
