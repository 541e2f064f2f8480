"""Data repository associations: buckets linked to folders of a Lustre file system."""

import re
import secrets
from datetime import UTC, datetime
from pathlib import PurePosixPath

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.handlers.fsx.record import ASSOCIATIONS, FILE_SYSTEMS, associations_of
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document
from gpu_cluster_tools.rehearsal.aws.router import ApiCall

_MOST = 8  # of a file system. Source: FSx API reference, CreateDataRepositoryAssociation, 2026-08-22
_CHUNK_MIB = 1024


def create(call: ApiCall) -> Document:
    given, region = call.parameters, call.api.region
    system = FILE_SYSTEMS.get(region, given["FileSystemId"])
    _require_linkable(system)
    _require_room(call)
    _require_bucket(call)
    id = f"dra-{secrets.token_hex(8)}0"
    made: Document = {"ImportedFileChunkSize": _CHUNK_MIB, "BatchImportMetaDataOnCreate": False} | dict(given)
    made |= {
        "AssociationId": id,
        "ResourceARN": f"arn:aws:fsx:{region}:{identity.account()}:association/{given['FileSystemId']}/{id}",
        "Lifecycle": "AVAILABLE",
        "CreationTime": datetime.now(UTC),
        "Tags": list(given.get("Tags", [])),
    }
    made.pop("ClientRequestToken", None)
    return {"Association": ASSOCIATIONS.put(region, id, made)}


def describe(call: ApiCall) -> Document:
    return {"Associations": ASSOCIATIONS.chosen(call.api.region, call.parameters.get("AssociationIds"))}


def update(call: ApiCall) -> Document:
    given = call.parameters
    association = ASSOCIATIONS.get(call.api.region, given["AssociationId"])
    association |= {name: given[name] for name in ("ImportedFileChunkSize", "S3") if name in given}
    return {"Association": association}


def delete(call: ApiCall) -> Document:
    association = ASSOCIATIONS.take(call.api.region, call.parameters["AssociationId"])
    deletes = call.parameters.get("DeleteDataInFileSystem", False)
    id = association["AssociationId"]
    return {"AssociationId": id, "Lifecycle": "DELETING", "DeleteDataInFileSystem": deletes}


def _require_linkable(system: Document) -> None:
    lustre = system["LustreConfiguration"]
    if lustre["DeploymentType"] == "SCRATCH_1" or system["FileSystemTypeVersion"] < "2.12":
        raise ApiError("BadRequest", "Data repository associations need Lustre 2.12 and no SCRATCH_1.")
    if "DataRepositoryConfiguration" in lustre:
        raise ApiError("BadRequest", "The file system is linked by an ImportPath.")
    if lustre.get("AutomaticBackupRetentionDays"):
        raise ApiError("BadRequest", "Data repository associations are not supported with backups.")


def _require_room(call: ApiCall) -> None:
    """Reject folders or buckets that contain one another, and more links than allowed."""
    others = associations_of(call.api.region, call.parameters["FileSystemId"])
    if len(others) >= _MOST:
        raise ApiError(
            "ServiceLimitExceeded", f"A file system has at most {_MOST} data repository associations."
        )
    for name in ("FileSystemPath", "DataRepositoryPath"):
        path = PurePosixPath(call.parameters[name])
        taken = [PurePosixPath(each[name]) for each in others]
        if any(path.is_relative_to(other) or other.is_relative_to(path) for other in taken):
            raise ApiError("BadRequest", f"{name} {path} overlaps another data repository association.")


def _require_bucket(call: ApiCall) -> None:
    path = call.parameters["DataRepositoryPath"]
    found = re.fullmatch(r"s3://([^/]+)(/.*)?", path)
    if found is None:
        raise ApiError("BadRequest", f"DataRepositoryPath {path} is not like s3://bucket/prefix")
    try:
        call.api.call("s3", "HeadBucket", Bucket=found[1])
    except ApiError as error:
        raise ApiError("BadRequest", f"The bucket of {path} does not exist or is not accessible.") from error
