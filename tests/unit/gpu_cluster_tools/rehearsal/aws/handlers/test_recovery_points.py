"""Recovery points are deleted with the role that created them, then their vault."""

import json
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import fresh

VOLUME = "arn:aws:ec2:eu-central-1:123456789012:volume/vol-0123456789abcdef0"
FILES = "arn:aws:elasticfilesystem:eu-central-1:123456789012:file-system/fs-0123456789abcdef0"
LUSTRE = "arn:aws:fsx:eu-central-1:123456789012:file-system/fs-0123456789abcdef0"


@pytest.fixture
def vault(api: Api) -> str:
    name = fresh("vault")
    api.call("backup", "CreateBackupVault", BackupVaultName=name)
    return name


@pytest.fixture
def role(api: Api) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "backup.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = api.call("iam", "CreateRole", RoleName=fresh("backup"), AssumeRolePolicyDocument=trust)["Role"]
    policy = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"
    api.call("iam", "AttachRolePolicy", RoleName=made["RoleName"], PolicyArn=policy)
    return made["Arn"]


def start(api: Api, vault: str, role: str, resource: str = VOLUME) -> str:
    given = {"BackupVaultName": vault, "ResourceArn": resource, "IamRoleArn": role}
    return api.call("backup", "StartBackupJob", **given)["RecoveryPointArn"]


def points(api: Api, vault: str) -> list[dict[str, Any]]:
    return api.call("backup", "ListRecoveryPointsByBackupVault", BackupVaultName=vault)["RecoveryPoints"]


@pytest.mark.parametrize(
    ("resource", "form"),
    [
        (VOLUME, "arn:aws:ec2:eu-central-1::snapshot/snap-"),
        (FILES, "arn:aws:backup:eu-central-1:"),
        (LUSTRE, "arn:aws:fsx:eu-central-1:"),
    ],
)
def test_backup_job_completes_immediately(api: Api, vault: str, role: str, resource: str, form: str) -> None:
    arn = start(api, vault, role, resource)

    assert arn.startswith(form)
    [point] = points(api, vault)
    assert (point["RecoveryPointArn"], point["ResourceArn"]) == (arn, resource)
    assert (point["Status"], point["IamRoleArn"]) == ("COMPLETED", role)


def test_copied_recovery_point_is_in_the_vault_of_the_other_region(api: Api, vault: str, role: str) -> None:
    there, name = api.in_region("eu-west-1"), fresh("copies")
    made = there.call("backup", "CreateBackupVault", BackupVaultName=name)

    api.call(
        "backup",
        "StartCopyJob",
        RecoveryPointArn=start(api, vault, role),
        SourceBackupVaultName=vault,
        DestinationBackupVaultArn=made["BackupVaultArn"],
        IamRoleArn=role,
    )

    [copied] = points(there, name)
    assert copied["RecoveryPointArn"].startswith("arn:aws:ec2:eu-west-1::snapshot/snap-")
    assert len(points(api, vault)) == 1


def test_vault_with_recovery_points_is_not_deleted(api: Api, deployer: Api, vault: str, role: str) -> None:
    arn = start(api, vault, role)
    with pytest.raises(ApiError, match="InvalidRequestException: Backup vault cannot be deleted"):
        deployer.call("backup", "DeleteBackupVault", BackupVaultName=vault)

    deployer.call("backup", "DeleteRecoveryPoint", BackupVaultName=vault, RecoveryPointArn=arn)

    with pytest.raises(ApiError, match="ResourceNotFoundException"):
        deployer.call("backup", "DescribeRecoveryPoint", BackupVaultName=vault, RecoveryPointArn=arn)
    deployer.call("backup", "DeleteBackupVault", BackupVaultName=vault)


@pytest.mark.parametrize("gone", ["role", "policy"])
def test_recovery_point_whose_role_lost_its_permissions_expires(
    api: Api, vault: str, role: str, gone: str
) -> None:
    arn, name = start(api, vault, role), role.rpartition("/")[2]
    [attached] = api.call("iam", "ListAttachedRolePolicies", RoleName=name)["AttachedPolicies"]
    api.call("iam", "DetachRolePolicy", RoleName=name, PolicyArn=attached["PolicyArn"])
    if gone == "role":
        api.call("iam", "DeleteRole", RoleName=name)

    api.call("backup", "DeleteRecoveryPoint", BackupVaultName=vault, RecoveryPointArn=arn)

    [point] = points(api, vault)
    assert point["Status"] == "EXPIRED"
