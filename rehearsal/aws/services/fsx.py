"""File systems of FSx for Lustre and the buckets that they show."""

from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.aws.api import Api, parameters_of
from rehearsal.aws.kind import Answer, Inputs, Kind, State, provider_only
from rehearsal.aws.naming import member_of, to_service
from rehearsal.aws.services.tagging import pairs, retagger

_LUSTRE = (
    "autoImportPolicy",
    "automaticBackupRetentionDays",
    "copyTagsToBackups",
    "dailyAutomaticBackupStartTime",
    "dataCompressionType",
    "dataReadCacheConfiguration",
    "deploymentType",
    "driveCacheType",
    "efaEnabled",
    "exportPath",
    "importPath",
    "importedFileChunkSize",
    "logConfiguration",
    "metadataConfiguration",
    "perUnitStorageThroughput",
    "rootSquashConfiguration",
    "throughputCapacity",
    "weeklyMaintenanceStartTime",
)
_CHANGEABLE = (
    "automaticBackupRetentionDays",
    "dailyAutomaticBackupStartTime",
    "dataCompressionType",
    "dataReadCacheConfiguration",
    "logConfiguration",
    "metadataConfiguration",
    "perUnitStorageThroughput",
    "rootSquashConfiguration",
    "throughputCapacity",
    "weeklyMaintenanceStartTime",
)
_STANDARD: Inputs = {
    "automaticBackupRetentionDays": 0,
    "dataCompressionType": "NONE",
    "logConfiguration": {"level": "DISABLED"},
}
"""What a changeable setting is again once the program drops it."""

_CACHE = {"sizingMode": "SizingMode", "size": "SizeGiB"}


def _call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("fsx", operation, **arguments)


def _lustre(operation: str, inputs: Mapping[str, Any]) -> Answer:
    """Settings in the words of one of the operations."""
    shape = parameters_of("fsx", operation).members["LustreConfiguration"]
    given = {name: value for name, value in inputs.items() if member_of(shape, name)}
    if cache := given.get("dataReadCacheConfiguration"):
        given["dataReadCacheConfiguration"] = {_CACHE[name]: value for name, value in cache.items()}
    return to_service(given, shape)


def _create(inputs: Inputs) -> Answer:
    given = {name: inputs[name] for name in _LUSTRE if name in inputs}
    return {
        "FileSystemType": "LUSTRE",
        "SubnetIds": [inputs["subnetIds"]],
        "LustreConfiguration": _lustre("CreateFileSystem", given),
    }


def _set(api: Api, id: str, inputs: Inputs) -> None:
    given = {name: inputs[name] for name in _CHANGEABLE if name in inputs}
    settings = _lustre("UpdateFileSystem", {**_STANDARD, **given})
    _call(api, "UpdateFileSystem", FileSystemId=id, LustreConfiguration=settings)


def _set_capacity(api: Api, id: str, inputs: Inputs) -> None:
    _call(api, "UpdateFileSystem", FileSystemId=id, StorageCapacity=inputs["storageCapacity"])


def _replaces(old: Inputs, new: Inputs) -> Iterable[str]:
    """A file system grows, and does not shrink."""
    if new.get("storageCapacity", 0) < old.get("storageCapacity", 0):
        yield "storageCapacity"


def _read(api: Api, id: str, _state: State) -> Answer | None:
    system = _call(api, "DescribeFileSystems", FileSystemIds=[id])["FileSystems"][0]
    lustre = system["LustreConfiguration"]
    interfaces = api.call(
        "ec2", "DescribeNetworkInterfaces", NetworkInterfaceIds=system["NetworkInterfaceIds"]
    )
    cache = lustre.get("DataReadCacheConfiguration")
    return {
        **system,
        **lustre,
        **lustre.get("DataRepositoryConfiguration", {}),
        "arn": system["ResourceARN"],
        "subnetIds": system["SubnetIds"][0],
        "securityGroupIds": [each["GroupId"] for each in interfaces["NetworkInterfaces"][0]["Groups"]],
        "dataReadCacheConfiguration": cache
        and {name: cache[there] for name, there in _CACHE.items() if there in cache},
    }


def _delete(api: Api, id: str, state: State) -> None:
    final: Answer = {"SkipFinalBackup": state.get("skipFinalBackup", True)}
    if tags := state.get("finalBackupTags"):
        final["FinalBackupTags"] = pairs(tags)
    _call(api, "DeleteFileSystem", FileSystemId=id, LustreConfiguration=final)


def _set_association(api: Api, id: str, inputs: Inputs) -> None:
    shape = parameters_of("fsx", "UpdateDataRepositoryAssociation")
    given = {name: inputs[name] for name in ("importedFileChunkSize", "s3") if name in inputs}
    _call(api, "UpdateDataRepositoryAssociation", AssociationId=id, **to_service(given, shape))


def _read_association(api: Api, id: str, _state: State) -> Answer | None:
    found = _call(api, "DescribeDataRepositoryAssociations", AssociationIds=[id])["Associations"][0]
    return found | {"arn": found["ResourceARN"]}


def _delete_association(api: Api, id: str, state: State) -> None:
    deletes = state.get("deleteDataInFilesystem", False)
    _call(api, "DeleteDataRepositoryAssociation", AssociationId=id, DeleteDataInFileSystem=deletes)


_RETAG = retagger("fsx", resource="ResourceARN")

KINDS = (
    Kind(
        type="aws:fsx/lustreFileSystem:LustreFileSystem",
        service="fsx",
        create="CreateFileSystem",
        identify=lambda _inputs, answer: answer["FileSystem"]["FileSystemId"],
        read=_read,
        delete=_delete,
        shape=_create,
        shaped=frozenset({"subnetIds", *_LUSTRE}),
        setters=dict.fromkeys(_CHANGEABLE, _set)
        | {"storageCapacity": _set_capacity}
        | dict.fromkeys(("skipFinalBackup", "finalBackupTags"), provider_only),
        replaces=_replaces,
        retag=_RETAG,
    ),
    Kind(
        type="aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation",
        service="fsx",
        create="CreateDataRepositoryAssociation",
        identify=lambda _inputs, answer: answer["Association"]["AssociationId"],
        read=_read_association,
        delete=_delete_association,
        setters=dict.fromkeys(("importedFileChunkSize", "s3"), _set_association)
        | {"deleteDataInFilesystem": provider_only},
        retag=_RETAG,
    ),
)
