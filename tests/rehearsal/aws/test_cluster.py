"""Create, upgrade, replace and destroy an EKS cluster with the real engine."""

import json
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.rehearsal.aws.api import Api
from tests.rehearsal.aws.project import REGION, Project, contents

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def project(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project.of(Path(tmp_path_factory.mktemp("cluster")) / "cluster", account, "cluster")


def ask(project: Project, operation: str, **arguments: Any) -> dict[str, Any]:
    return Api(project.account.endpoint, REGION).call("eks", operation, **arguments)


def clusters(project: Project) -> list[str]:
    return ask(project, "ListClusters")["clusters"]


def test_up_creates_a_cluster_with_a_generated_name(project: Project) -> None:
    project.up()

    [name] = clusters(project)
    assert name.startswith("cluster-dev-")
    assert json.loads(project.outputs()["kubeconfig"])["current-context"] == name
    made = ask(project, "DescribeCluster", name=name)["cluster"]
    assert made["version"] == "1.34"
    assert made["deletionProtection"] is True
    assert contents(project.account)["log groups"] == [f"/aws/eks/{name}/cluster"]


def test_only_access_entries_grant_access(project: Project) -> None:
    [name] = clusters(project)
    entries = ask(project, "ListAccessEntries", clusterName=name)["accessEntries"]
    assert [entry.rpartition("/")[2].partition("-")[0] for entry in sorted(entries)] == [
        "cluster",  # the role of hybrid nodes
        "deploy",
        "nodes",
        "vision",
    ]


def test_second_preview_has_no_changes_and_refresh_no_drift(project: Project) -> None:
    for command in (["preview"], ["refresh", "--yes", "--skip-preview"]):
        done = project.pulumi(*command, "--expect-no-changes")

        assert done.returncode == 0, done.stdout


def test_upgrade_updates_cluster_and_addons_in_place(project: Project) -> None:
    before = project.outputs()
    project.configure("version", "1.35")
    project.configure("packed", "false")

    said = project.up()

    assert "~ 4 updated" in said  # cluster, kube-proxy, nodes and CoreDNS
    assert "replaced" not in said
    assert project.outputs() == before
    [name] = clusters(project)
    addons = {
        addon: ask(project, "DescribeAddon", clusterName=name, addonName=addon)["addon"]["addonVersion"]
        for addon in ("kube-proxy", "coredns")
    }
    assert addons["kube-proxy"].startswith("v1.35.")
    assert ask(project, "DescribeCluster", name=name)["cluster"]["version"] == "1.35"


def test_protected_cluster_is_not_replaced_and_the_edit_can_be_reverted(project: Project) -> None:
    before = clusters(project)
    project.configure("services", "10.100.0.0/16")
    refused = project.pulumi("up", "--yes", "--skip-preview")
    assert refused.returncode != 0
    assert "protect" in refused.stdout
    assert clusters(project) == before

    project.configure("services", "172.20.0.0/16")
    preview = project.pulumi("preview", "--expect-no-changes")
    assert preview.returncode == 0, preview.stdout


def test_unprotected_cluster_is_replaced_with_another_name(project: Project) -> None:
    before = clusters(project)
    project.configure("protect", "false")
    project.up()
    project.configure("services", "10.100.0.0/16")
    project.up()

    [name] = clusters(project)
    assert [name] != before
    assert contents(project.account)["log groups"] == [f"/aws/eks/{name}/cluster"]


def test_destroy_leaves_the_account_empty(project: Project) -> None:
    destroyed = project.pulumi("destroy", "--yes", "--skip-preview")

    assert destroyed.returncode == 0, destroyed.stdout
    assert clusters(project) == []
    assert contents(project.account) == {}
