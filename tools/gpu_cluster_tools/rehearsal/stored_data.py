"""Data of an environment in use, which a destroy has to delete: objects, images and backups.

An empty bucket, repository or vault is deleted by one call. With data, the provider needs more calls and more
permissions, and AWS Backup needs the role of its plans.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from gpu_cluster_tools.rehearsal.aws.api import Api

_NAME = "gpu-cluster-rehearsal"
_MANIFEST: Mapping[str, Any] = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": 2, "digest": "sha256:44"},
    "layers": [],
}
_VOLUME = "volume/vol-0123456789abcdef0"

State = Mapping[str, Any]
"""A resource in the engine's state."""


def store_data(api: Api, resources: Iterable[State]) -> int:
    """Put data into each bucket, repository and backup vault of a stack. Returns their number.

    Resources that stay after a destroy are left as they are.
    """
    deleted = [each for each in resources if each.get("id") and not each.get("retainOnDelete")]
    filled = 0
    for each in deleted:
        match each["type"]:
            case "aws:s3/bucket:Bucket":
                _put_object(api, each["id"])
            case "aws:ecr/repository:Repository":
                _put_image(api, each)
            case _:
                continue
        filled += 1
    plans = {each["id"]: each for each in deleted if each["type"] == "aws:backup/plan:Plan"}
    selections = [each for each in deleted if each["type"] == "aws:backup/selection:Selection"]
    vaults = {vault for each in selections for vault in _back_up(api, each, plans)}
    return filled + len(vaults)


def _put_object(api: Api, bucket: str) -> None:
    """Put two versions of an object, and a delete marker if the bucket is versioned."""
    for body in (b"old", b"new"):
        api.call("s3", "PutObject", Bucket=bucket, Key=_NAME, Body=body)
    if api.call("s3", "GetBucketVersioning", Bucket=bucket).get("Status") == "Enabled":
        api.call("s3", "DeleteObject", Bucket=bucket, Key=_NAME)


def _put_image(api: Api, repository: State) -> None:
    region = repository["outputs"]["repositoryUrl"].split(".")[3]
    image = {"imageManifest": json.dumps(_MANIFEST), "imageTag": _NAME}
    api.in_region(region).call("ecr", "PutImage", repositoryName=repository["id"], **image)


def _back_up(api: Api, selection: State, plans: Mapping[str, State]) -> list[str]:
    """Run the plan of a selection once: a backup with the role of the selection, and its copies."""
    chosen = selection["outputs"]
    [rule] = plans[chosen["planId"]]["outputs"]["rules"]
    role, vault = chosen["iamRoleArn"], rule["targetVaultName"]
    filled = [vault]
    for pattern in chosen["resources"]:
        resource = pattern.replace("volume/*", _VOLUME).replace("*", api.region, 1).replace("*", "", 1)
        made = api.call(
            "backup", "StartBackupJob", BackupVaultName=vault, ResourceArn=resource, IamRoleArn=role
        )
        copies: list[Mapping[str, Any]] = rule.get("copyActions") or []
        for copy in copies:
            api.call(
                "backup",
                "StartCopyJob",
                RecoveryPointArn=made["RecoveryPointArn"],
                SourceBackupVaultName=vault,
                DestinationBackupVaultArn=copy["destinationVaultArn"],
                IamRoleArn=role,
            )
            filled.append(copy["destinationVaultArn"])
    return filled
