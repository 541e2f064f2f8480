"""Create, update and destroy the registry and the stores of a platform with the real engine."""

import json
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.rehearsal.aws.api import Api
from tests.rehearsal.aws.project import REGION, Project, contents

pytestmark = [pytest.mark.engine, pytest.mark.slow]

ELSEWHERE = "eu-west-1"
SETTINGS: dict[str, Any] = {
    "registry": {
        "prefix": "dev",
        "mirrors": ["k8s", "quay"],
        "repositories": {"vision/train": {"keepImages": 5, "readers": ["210987654321"]}},
        "replicate": [ELSEWHERE],
    },
    "storage": {
        "disk": {"kind": "ebs", "default": True},
        "home": {"kind": "efs"},
        "datasets": {"kind": "fsx-lustre", "size": "1.2Ti", "s3": "models"},
        "scratchpad": {"kind": "fsx-lustre", "size": "1.2Ti", "zone": f"{REGION}b"},
        "models": {"kind": "s3"},
    },
    "backups": {"copyTo": ELSEWHERE},
}
EDITED: dict[str, Any] = {
    "registry": {
        **SETTINGS["registry"],
        "repositories": {
            "vision/train": {"keepImages": 9, "writers": ["210987654321"]},
            "speech": {},
        },
        "mirrors": ["quay"],
    },
    "storage": {
        **SETTINGS["storage"],
        "home": {"kind": "efs", "throughput": "bursting", "coolAfterDays": 90, "backupDays": 7},
        "datasets": {
            "kind": "fsx-lustre",
            "size": "2.4Ti",
            "throughput": 250,
            "s3": "models",
            "writeBack": True,
        },
        "models": {"kind": "s3", "oldVersionsDays": 30},
    },
    "backups": {"copyTo": ELSEWHERE, "copyDays": 90},
}
OF_DATA = ("FileSystem", "LustreFileSystem", "Bucket", "Vault", "Repository")


@pytest.fixture(scope="module")
def project(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = Path(tmp_path_factory.mktemp("stores")) / "stores"
    return Project.of(folder, account, "stores")


def configure(project: Project, settings: dict[str, Any]) -> None:
    project.configure("settings", json.dumps(settings))


def of_data(project: Project) -> dict[str, str]:
    """IDs of resources with data, by URN."""
    return {it["urn"]: it["id"] for it in project.state() if it["type"].endswith(OF_DATA) and it["custom"]}


def copies_of(project: Project) -> list[dict[str, Any]]:
    """Copy actions of each backup plan of the account."""
    api = Api(project.account.endpoint, REGION)
    plans = [it["BackupPlanId"] for it in api.call("backup", "ListBackupPlans")["BackupPlansList"]]
    rules = [api.call("backup", "GetBackupPlan", BackupPlanId=plan)["BackupPlan"]["Rules"] for plan in plans]
    return [copy for [rule] in rules for copy in rule["CopyActions"]]


def test_up_creates_stores_and_second_preview_has_no_changes(project: Project) -> None:
    configure(project, SETTINGS)
    project.up()

    outputs = project.outputs()
    assert {copy["destination"].partition("/")[2].partition("/")[0] for copy in outputs["copies"]} == {"dev"}
    assert outputs["sources"]["models"]["bucketName"].startswith("stores-models-")
    assert outputs["sources"]["datasets"].keys() == {"dnsname", "mountname"}
    assert outputs["parameters"]["home"]["fileSystemId"].startswith("fs-")
    assert "dev/vision/train" in contents(project.account)["repositories"]
    [vault] = Api(project.account.endpoint, ELSEWHERE).call("backup", "ListBackupVaults")["BackupVaultList"]
    assert vault["EncryptionKeyArn"].split(":")[3] == ELSEWHERE
    assert {it["DestinationBackupVaultArn"] for it in copies_of(project)} == {vault["BackupVaultArn"]}
    preview = project.pulumi("preview", "--expect-no-changes", "--diff")
    assert preview.returncode == 0, preview.stdout


def test_edit_replaces_no_resource_with_data(project: Project) -> None:
    before = of_data(project)
    assert {urn.rpartition("::")[2] for urn in before} > {"stores-home-files", "stores-models-bucket"}

    configure(project, EDITED)
    project.up()

    assert before.items() < of_data(project).items()
    assert {it["Lifecycle"]["DeleteAfterDays"] for it in copies_of(project)} == {90}
    expiry = Api(project.account.endpoint, REGION).call(
        "ecr", "GetLifecyclePolicy", repositoryName="dev/vision/train"
    )
    assert json.loads(expiry["lifecyclePolicyText"])["rules"][-1]["selection"]["countNumber"] == 9


def test_protected_resources_with_data_are_not_destroyed(project: Project) -> None:
    before = of_data(project)
    refused = project.pulumi("destroy", "--yes")

    assert refused.returncode != 0
    assert "protected" in refused.stdout
    assert before == of_data(project)


def test_unprotected_destroy_leaves_only_account_wide_resources(project: Project) -> None:
    project.configure("protect", "false")
    project.up()

    gone = project.pulumi("destroy", "--yes", "--skip-preview")

    assert gone.returncode == 0, gone.stdout
    assert contents(project.account) == {}
    api = Api(project.account.endpoint, REGION)
    assert api.call("efs", "DescribeFileSystems")["FileSystems"] == []
    assert api.call("fsx", "DescribeFileSystems")["FileSystems"] == []
    assert api.call("backup", "ListBackupVaults")["BackupVaultList"] == []
    elsewhere = Api(project.account.endpoint, ELSEWHERE)
    assert elsewhere.call("backup", "ListBackupVaults")["BackupVaultList"] == []
    states = [
        elsewhere.call("kms", "DescribeKey", KeyId=it["KeyId"])["KeyMetadata"]["KeyState"]
        for it in elsewhere.call("kms", "ListKeys")["Keys"]
    ]
    assert states == ["PendingDeletion"]
    assert api.call("ecr", "DescribePullThroughCacheRules")["pullThroughCacheRules"] == []
