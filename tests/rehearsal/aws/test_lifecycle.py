"""Create, update and destroy a small network with the real engine."""

from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.rehearsal.aws.api import Api
from tests.rehearsal.aws.project import REGION, Project, contents

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture(scope="module")
def project(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project.of(Path(tmp_path_factory.mktemp("network")) / "network", account, "network")


def test_up_creates_every_resource(project: Project) -> None:
    project.configure("aws:defaultTags", '{"tags": {"team": "platform"}}')
    project.configure("purpose", "a secret purpose", "--secret")

    assert "+ 38 created" in project.up()

    held = contents(project.account)
    assert {
        name: len(held[name]) for name in ("Subnets", "NatGateways", "VpcEndpoints", "FlowLogs", "keys")
    } == {
        "Subnets": 3,
        "NatGateways": 1,
        "VpcEndpoints": 2,
        "FlowLogs": 1,
        "keys": 1,
    }
    assert project.outputs()["tags"] == {"team": "platform", "Name": "main"}


def test_secret_tag_is_a_secret_output(project: Project) -> None:
    assert project.outputs()["repository tags"] == "[secret]"


def test_second_preview_has_no_changes(project: Project) -> None:
    preview = project.pulumi("preview", "--expect-no-changes", "--diff")

    assert preview.returncode == 0, preview.stdout


def test_refresh_finds_no_drift(project: Project) -> None:
    refresh = project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")

    assert refresh.returncode == 0, refresh.stdout
    assert "38 unchanged" in refresh.stdout


def test_manual_change_is_drift_that_the_next_update_reverts(project: Project) -> None:
    api, vpc = Api(project.account.endpoint, REGION), project.outputs()["vpc"]
    api.call("ec2", "CreateTags", Resources=[vpc], Tags=[{"Key": "by", "Value": "hand"}])

    refresh = project.pulumi("refresh", "--yes", "--skip-preview")
    assert refresh.returncode == 0, refresh.stdout
    (known,) = (each["outputs"]["tagsAll"] for each in project.state() if each.get("id") == vpc)
    assert known["by"] == "hand"

    assert "~ 1 updated" in project.up()
    tags = api.call("ec2", "DescribeVpcs", VpcIds=[vpc])["Vpcs"][0]["Tags"]
    assert "by" not in {tag["Key"] for tag in tags}


def test_tag_and_setting_are_updated_in_place(project: Project) -> None:
    before = project.outputs()
    project.configure("title", "renamed")
    project.configure("mutability", "MUTABLE")

    assert "~ 2 updated" in project.up()

    after = project.outputs()
    assert after["tags"]["Name"] == "renamed"
    assert (after["vpc"], after["repository"]) == (before["vpc"], before["repository"])
    name = before["repository"].partition("/")[2]
    repositories = Api(project.account.endpoint, REGION).call("ecr", "DescribeRepositories")["repositories"]
    assert [(each["repositoryName"], each["imageTagMutability"]) for each in repositories] == [
        (name, "MUTABLE")
    ]


def test_new_address_range_replaces_the_network(project: Project) -> None:
    before = project.outputs()
    project.configure("block", "10.9.0.0/16")

    project.up()

    after = project.outputs()
    assert after["vpc"] != before["vpc"]
    assert not set(after["subnets"]) & set(before["subnets"])
    assert after["repository"] == before["repository"]
    assert contents(project.account)["vpcs"] == [after["vpc"]]


def test_destroy_leaves_the_account_empty(project: Project) -> None:
    destroyed = project.pulumi("destroy", "--yes", "--skip-preview")

    assert destroyed.returncode == 0, destroyed.stdout
    assert contents(project.account) == {}
