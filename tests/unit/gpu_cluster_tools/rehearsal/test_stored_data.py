"""Data that a destroy in a rehearsal finds: object versions, images, backups and their copies."""

from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.aws.handlers import OPERATIONS
from gpu_cluster_tools.rehearsal.aws.moto_application import moto_application
from gpu_cluster_tools.rehearsal.aws.router import Router
from gpu_cluster_tools.rehearsal.stored_data import store_data
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import fresh

ROLE = "arn:aws:iam::123456789012:role/backup"


@pytest.fixture(scope="module")
def api() -> Api:
    return Router(moto_application(), OPERATIONS).api("eu-central-1")


def state(type: str, id: str, **outputs: Any) -> dict[str, Any]:
    return {"type": f"aws:{type}", "id": id, "outputs": outputs}


@pytest.fixture
def bucket(api: Api) -> str:
    name = fresh("models")
    api.call("s3", "CreateBucket", Bucket=name, CreateBucketConfiguration={"LocationConstraint": api.region})
    return name


def versions(api: Api, bucket: str) -> tuple[int, int]:
    found = api.call("s3", "ListObjectVersions", Bucket=bucket)
    return len(found.get("Versions", [])), len(found.get("DeleteMarkers", []))


def test_bucket_gets_object_versions_and_a_delete_marker(api: Api, bucket: str) -> None:
    api.call("s3", "PutBucketVersioning", Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})

    assert store_data(api, [state("s3/bucket:Bucket", bucket)]) == 1

    assert versions(api, bucket) == (2, 1)


def test_retained_bucket_gets_no_data(api: Api, bucket: str) -> None:
    assert store_data(api, [state("s3/bucket:Bucket", bucket) | {"retainOnDelete": True}]) == 0

    assert versions(api, bucket) == (0, 0)


def test_repository_gets_an_image(api: Api) -> None:
    made = api.call("ecr", "CreateRepository", repositoryName=fresh("app"))["repository"]

    assert (
        store_data(
            api,
            [state("ecr/repository:Repository", made["repositoryName"], repositoryUrl=made["repositoryUri"])],
        )
        == 1
    )

    assert len(api.call("ecr", "ListImages", repositoryName=made["repositoryName"])["imageIds"]) == 1


def test_backup_plan_runs_once_with_its_copies(api: Api) -> None:
    here, there = fresh("vault"), fresh("copies")
    api.call("backup", "CreateBackupVault", BackupVaultName=here)
    other = api.in_region("eu-west-1")
    arn = other.call("backup", "CreateBackupVault", BackupVaultName=there)["BackupVaultArn"]
    rule = {"targetVaultName": here, "copyActions": [{"destinationVaultArn": arn}]}
    plan = state("backup/plan:Plan", "p", rules=[rule])
    pattern = "arn:aws:ec2:*:*:volume/*"
    chosen = state("backup/selection:Selection", "s", planId="p", iamRoleArn=ROLE, resources=[pattern])

    assert store_data(api, [plan, chosen]) == 2

    [point] = api.call("backup", "ListRecoveryPointsByBackupVault", BackupVaultName=here)["RecoveryPoints"]
    assert point["IamRoleArn"] == ROLE
    assert "*" not in point["ResourceArn"]
    [copy] = other.call("backup", "ListRecoveryPointsByBackupVault", BackupVaultName=there)["RecoveryPoints"]
    assert copy["RecoveryPointArn"].startswith("arn:aws:ec2:eu-west-1::snapshot/")
