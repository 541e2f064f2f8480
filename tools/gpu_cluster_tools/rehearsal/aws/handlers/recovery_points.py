"""Recovery points of backup vaults: backups on demand and their copies, which are complete at once.

AWS Backup deletes a recovery point with the role of its backup job. If that role or its permissions are gone,
the point is not deleted and becomes EXPIRED (AWS Backup API reference, DeleteRecoveryPoint, 2026-11-30).
Forms of ARNs: service authorization reference of Amazon EC2, FSx and AWS Backup.
"""

import secrets
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document, InMemoryStore
from gpu_cluster_tools.rehearsal.aws.router import ApiCall, Operation

_POINTS = InMemoryStore(
    lambda arn: ApiError("ResourceNotFoundException", f"Cannot find recovery point. ARN: {arn}")
)


def _start_backup(call: ApiCall) -> Document:
    given, region = call.parameters, call.api.region
    call.api.call("backup", "DescribeBackupVault", BackupVaultName=given["BackupVaultName"])
    point = {
        "RecoveryPointArn": _new_arn(given["ResourceArn"], region),
        "BackupVaultName": given["BackupVaultName"],
        "ResourceArn": given["ResourceArn"],
        "IamRoleArn": given["IamRoleArn"],
    }
    return {"BackupJobId": str(uuid.uuid4()), **_stored(region, point)}


def _start_copy(call: ApiCall) -> Document:
    """A copy with a role of its own, in the region of the other vault."""
    given = call.parameters
    source = _POINTS.get(call.api.region, given["RecoveryPointArn"])
    _, _, _, region, _, _, vault = given["DestinationBackupVaultArn"].split(":")
    call.api.in_region(region).call("backup", "DescribeBackupVault", BackupVaultName=vault)
    point = source | {
        "RecoveryPointArn": _new_arn(source["ResourceArn"], region),
        "BackupVaultName": vault,
        "IamRoleArn": given["IamRoleArn"],
    }
    return {"CopyJobId": str(uuid.uuid4()), "CreationDate": _stored(region, point)["CreationDate"]}


def _list(call: ApiCall) -> Document:
    vault = call.parameters["BackupVaultName"]
    points = _POINTS.all(call.api.region)
    return {"RecoveryPoints": [each for each in points if each["BackupVaultName"] == vault]}


def _describe(call: ApiCall) -> Document:
    return _POINTS.get(call.api.region, call.parameters["RecoveryPointArn"])


def _delete(call: ApiCall) -> Document:
    point = _describe(call)
    if _may_delete(call.api, point["IamRoleArn"]):
        _POINTS.take(call.api.region, point["RecoveryPointArn"])
    else:
        point["Status"] = "EXPIRED"
    return {}


def _may_delete(api: Api, role: str) -> bool:
    """True if the role of a backup job still exists with a managed policy."""
    try:
        attached = api.call("iam", "ListAttachedRolePolicies", RoleName=role.rpartition("/")[2])
    except ApiError as error:
        if error.is_gone:
            return False
        raise
    return bool(attached["AttachedPolicies"])


def _stored(region: str, point: Document) -> Document:
    complete = {"Status": "COMPLETED", "CreationDate": datetime.now(UTC)}
    return _POINTS.put(region, point["RecoveryPointArn"], point | complete)


def _new_arn(resource: str, region: str) -> str:
    """Snapshots of volumes and backups of FSx are resources of these services, others of AWS Backup."""
    id = secrets.token_hex(9)[:17]
    match resource.split(":")[2]:
        case "ec2":
            return f"arn:aws:ec2:{region}::snapshot/snap-{id}"
        case "fsx":
            return f"arn:aws:fsx:{region}:{identity.account()}:backup/backup-{id}"
        case _:
            return f"arn:aws:backup:{region}:{identity.account()}:recovery-point:{uuid.uuid4()}"


OPERATIONS: Mapping[str, Operation] = {
    "StartBackupJob": _start_backup,
    "StartCopyJob": _start_copy,
    "ListRecoveryPointsByBackupVault": _list,
    "DescribeRecoveryPoint": _describe,
    "DeleteRecoveryPoint": _delete,
}
