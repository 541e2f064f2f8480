"""Create, update and destroy the network of a platform with the real engine."""

import json
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.rehearsal.aws.api import Api
from tests.rehearsal.aws.project import REGION, Project, contents

pytestmark = [pytest.mark.engine, pytest.mark.slow]

A, B, C = (f"{REGION}{letter}" for letter in "abc")
FIRST: dict[str, Any] = {
    "cidr": "10.40.0.0/16",
    "zones": [B, A],
    "nat": "single",
    "podCidr": "100.64.0.0/16",
    "ipv6": True,
    "endpoints": ["ecr.api", "sts"],
}
TAGGED: dict[str, Any] = {
    "cidrs": ["10.40.0.0/16", "100.64.0.0/16"],
    "tags": {
        "zones": [A, B],
        "vpc": {"Name": "network-dev"},
        "private": {"kubernetes.io/role/internal-elb": "1"},
        "public": {"kubernetes.io/role/elb": "1"},
    },
}


@pytest.fixture(scope="module")
def project(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = Path(tmp_path_factory.mktemp("network")) / "network"
    return Project.of(folder, account, "platform_network")


def configure(project: Project, settings: dict[str, Any]) -> None:
    project.configure("settings", json.dumps(settings))


def subnets(project: Project) -> dict[str, str]:
    """CIDR of every subnet of the account, by ID."""
    found = Api(project.account.endpoint, REGION).call(
        "ec2", "DescribeSubnets", Filters=[{"Name": "vpc-id", "Values": [project.outputs()["vpc"]]}]
    )
    return {each["SubnetId"]: each["CidrBlock"] for each in found["Subnets"]}


def test_up_creates_a_network_and_second_preview_has_no_changes(project: Project) -> None:
    configure(project, FIRST)
    project.up()

    held = contents(project.account)
    assert {name: len(held[name]) for name in ("Subnets", "NatGateways", "VpcEndpoints", "FlowLogs")} == {
        "Subnets": 8,
        "NatGateways": 1,
        "VpcEndpoints": 3,
        "FlowLogs": 1,
    }
    assert sorted(project.outputs()["pods"]) == [A, B]
    preview = project.pulumi("preview", "--expect-no-changes", "--diff")
    assert preview.returncode == 0, preview.stdout


def test_new_zone_and_nat_gateways_keep_existing_subnets(project: Project) -> None:
    before, outputs = subnets(project), project.outputs()
    configure(project, {**FIRST, "zones": [B, A, C], "nat": "per-zone"})

    done = project.up()

    assert "replaced" not in done
    assert "deleted" not in done
    after = subnets(project)
    assert before.items() < after.items()
    assert len(after) == 12
    assert project.outputs()["private"].items() > outputs["private"].items()
    assert len(contents(project.account)["NatGateways"]) == 3


def test_another_project_finds_the_network_by_its_tags(project: Project, tmp_path: Path) -> None:
    guest = Project.of(tmp_path / "guest", project.account, "platform_network")
    configure(guest, {"existing": TAGGED})
    guest.up()

    found, own = guest.outputs(), project.outputs()
    assert found["vpc"] == own["vpc"]
    for tier, same in (("private", "private"), ("intra", "private"), ("public", "public")):
        assert found[tier] == {zone: own[same][zone] for zone in (A, B)}
    assert found["pods"] == {}
    destroyed = guest.pulumi("destroy", "--yes", "--skip-preview")
    assert destroyed.returncode == 0, destroyed.stdout


def test_new_range_replaces_the_vpc_and_keeps_elastic_ips(project: Project) -> None:
    before, addresses = project.outputs(), contents(project.account)["Addresses"]
    configure(project, {**FIRST, "cidr": "10.41.0.0/16", "zones": [B, A, C], "nat": "per-zone"})

    project.up()

    after = project.outputs()
    assert contents(project.account)["vpcs"] == [after["vpc"]] != [before["vpc"]]
    assert contents(project.account)["Addresses"] == addresses


def test_network_without_nat_has_no_internet_access(project: Project) -> None:
    before = subnets(project)
    configure(project, {**FIRST, "cidr": "10.41.0.0/16", "nat": "none"})

    project.up()

    held = contents(project.account)
    ways = {"InternetGateways", "EgressOnlyInternetGateways", "NatGateways", "Addresses"}
    assert not ways & held.keys()
    after = subnets(project)
    assert after.items() < before.items()
    assert set(after) == {
        id for tier in ("private", "intra", "pods") for id in project.outputs()[tier].values()
    }


def test_destroy_leaves_the_account_empty(project: Project) -> None:
    destroyed = project.pulumi("destroy", "--yes", "--skip-preview")

    assert destroyed.returncode == 0, destroyed.stdout
    assert contents(project.account) == {}
