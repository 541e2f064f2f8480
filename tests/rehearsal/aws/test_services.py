"""Create, update and destroy stores, backups, a registry, queues and a budget."""

from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.rehearsal.aws.api import Api
from tests.rehearsal.aws.project import REGION, Project

pytestmark = [pytest.mark.engine, pytest.mark.slow]

PREVIEW = ("preview", "--expect-no-changes", "--diff")
REFRESH = ("refresh", "--yes", "--skip-preview", "--expect-no-changes")


@pytest.fixture(scope="module")
def project(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project.of(Path(tmp_path_factory.mktemp("services")) / "services", account, "services")


def test_up_creates_every_resource(project: Project) -> None:
    project.configure("aws:defaultTags", '{"tags": {"team": "platform"}}')

    project.up()

    made = project.outputs()
    assert made["queue"].startswith(f"https://sqs.{REGION}.amazonaws.com/123456789012/interruptions-")
    assert len(made["mount"]) == 8
    tags = Api(project.account.endpoint, REGION).call("efs", "DescribeFileSystems")["FileSystems"][0]["Tags"]
    assert tags == [{"Key": "team", "Value": "platform"}]


def test_state_has_no_plaintext_secret(project: Project) -> None:
    states = list((project.folder / "state").rglob("dev.json*"))

    assert states
    assert all("in the clear" not in state.read_text() for state in states)


def test_second_preview_has_no_changes_and_refresh_no_drift(project: Project) -> None:
    preview, refresh = project.pulumi(*PREVIEW), project.pulumi(*REFRESH)

    assert preview.returncode == 0, preview.stdout
    assert refresh.returncode == 0, refresh.stdout


def test_settings_change_in_place(project: Project) -> None:
    before = project.outputs()
    for key, value in {
        "days": "40",
        "gibibytes": "4800",
        "limit": "2000",
        "mutability": "MUTABLE",
        "retention": "600",
        "throughput": "elastic",
    }.items():
        project.configure(key, value)

    assert "~ 6 updated" in project.up()

    after = project.outputs()
    assert len(after.pop("found")) == 2  # the first update requested them before they existed
    assert after == {name: value for name, value in before.items() if name != "found"}
    api = Api(project.account.endpoint, REGION)
    assert api.call("fsx", "DescribeFileSystems")["FileSystems"][0]["StorageCapacity"] == 4800
    assert api.call("efs", "DescribeFileSystems")["FileSystems"][0]["ThroughputMode"] == "elastic"
    budget = api.call("budgets", "DescribeBudgets", AccountId="123456789012")["Budgets"][0]
    assert budget["BudgetLimit"] == {"Amount": "2000", "Unit": "USD"}


def test_immutable_change_replaces_resources_and_dependents(project: Project) -> None:
    before = project.outputs()
    project.configure("performance", "maxIO")
    project.configure("gibibytes", "2400")

    project.up()

    after = project.outputs()
    assert after["home"] != before["home"]
    assert after["datasets"] != before["datasets"]
    assert after["queue"] == before["queue"]
    preview = project.pulumi(*PREVIEW)
    assert preview.returncode == 0, preview.stdout


def test_destroy_leaves_nothing(project: Project) -> None:
    destroyed = project.pulumi("destroy", "--yes", "--skip-preview")

    assert destroyed.returncode == 0, destroyed.stdout
    assert project.account.leftovers() == []
