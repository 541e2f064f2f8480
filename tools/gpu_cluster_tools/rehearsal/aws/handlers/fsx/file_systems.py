"""File systems of FSx for Lustre."""

import secrets
from datetime import UTC, datetime
from typing import Any

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.handlers.fsx.lnet import require_lnet
from gpu_cluster_tools.rehearsal.aws.handlers.fsx.lustre import complete, require_sound
from gpu_cluster_tools.rehearsal.aws.handlers.fsx.record import ASSOCIATIONS, FILE_SYSTEMS, associations_of
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document
from gpu_cluster_tools.rehearsal.aws.router import ApiCall

_AWS_KEY = "alias/aws/ebs"  # moto knows no key of AWS for FSx
_REPOSITORY = ("ImportPath", "ExportPath", "ImportedFileChunkSize", "AutoImportPolicy")


def create(call: ApiCall) -> Document:
    system, api = complete(call.parameters), call.api
    subnet = _subnet(api, system["SubnetIds"])
    groups = system.pop("SecurityGroupIds", None)
    require_lnet(api, subnet["VpcId"], groups)
    interface = _interface(api, subnet["SubnetId"], groups)
    id = f"fs-{secrets.token_hex(8)}0"
    lustre = system["LustreConfiguration"]
    lustre["MountName"] = "fsx" if lustre["DeploymentType"] == "SCRATCH_1" else secrets.token_hex(4)
    repository = {name: lustre.pop(name) for name in _REPOSITORY if name in lustre}
    if repository:
        lustre["DataRepositoryConfiguration"] = {"Lifecycle": "AVAILABLE", **repository}
    made = system | {
        "FileSystemId": id,
        "OwnerId": identity.account(),
        "CreationTime": datetime.now(UTC),
        "Lifecycle": "AVAILABLE",
        "VpcId": subnet["VpcId"],
        "NetworkInterfaceIds": [interface],
        "DNSName": f"{id}.fsx.{api.region}.amazonaws.com",
        "KmsKeyId": _key(api, system.get("KmsKeyId", _AWS_KEY)),
        "ResourceARN": f"arn:aws:fsx:{api.region}:{identity.account()}:file-system/{id}",
        "Tags": list(system.get("Tags", [])),
    }
    made.pop("ClientRequestToken", None)
    return {"FileSystem": FILE_SYSTEMS.put(api.region, id, made)}


def describe(call: ApiCall) -> Document:
    return {"FileSystems": FILE_SYSTEMS.chosen(call.api.region, call.parameters.get("FileSystemIds"))}


def update(call: ApiCall) -> Document:
    given, region = call.parameters, call.api.region
    system = FILE_SYSTEMS.get(region, given["FileSystemId"])
    if given.get("StorageCapacity", system.get("StorageCapacity", 0)) < system.get("StorageCapacity", 0):
        raise ApiError("BadRequest", "Storage capacity can only be increased.")
    asked = given.get("LustreConfiguration", {})
    if "MetadataConfiguration" in asked and "MetadataConfiguration" not in system["LustreConfiguration"]:
        raise ApiError("BadRequest", "The file system was made without a MetadataConfiguration.")
    whole = {name: given[name] for name in ("StorageCapacity", "FileSystemTypeVersion") if name in given}
    lustre = system["LustreConfiguration"] | asked
    if lustre.get("AutomaticBackupRetentionDays") and associations_of(region, given["FileSystemId"]):
        raise ApiError("BadRequest", "Backups are not supported with data repository associations.")
    changed = system | whole | {"LustreConfiguration": lustre}
    require_sound(changed)
    return {"FileSystem": FILE_SYSTEMS.put(region, given["FileSystemId"], changed)}


def delete(call: ApiCall) -> Document:
    """Delete a file system with its data repository associations, without a final backup."""
    region, id = call.api.region, call.parameters["FileSystemId"]
    linked = associations_of(region, id)
    system = FILE_SYSTEMS.get(region, id)
    if linked and not call.parameters.get("LustreConfiguration", {}).get("SkipFinalBackup", True):
        raise ApiError("BadRequest", "Backups are not supported with data repository associations.")
    for association in linked:
        ASSOCIATIONS.take(region, association["AssociationId"])
    for interface in system["NetworkInterfaceIds"]:
        call.api.call("ec2", "DeleteNetworkInterface", NetworkInterfaceId=interface)
    FILE_SYSTEMS.take(region, id)
    return {"FileSystemId": id, "Lifecycle": "DELETING"}


def _subnet(api: Api, ids: list[str]) -> dict[str, Any]:
    if len(ids) != 1:
        raise ApiError("BadRequest", "A file system of Lustre is in exactly one subnet.")
    try:
        return api.call("ec2", "DescribeSubnets", SubnetIds=ids)["Subnets"][0]
    except ApiError as error:
        raise ApiError("InvalidNetworkSettings", error.message) from error


def _interface(api: Api, subnet: str, groups: list[str] | None) -> str:
    """Create a network interface of the file system; it blocks the deletion of the subnet and the groups."""
    chosen = {"Groups": groups} if groups else {}
    try:
        made = api.call("ec2", "CreateNetworkInterface", SubnetId=subnet, Description="FSx", **chosen)
    except ApiError as error:
        raise ApiError("InvalidNetworkSettings", error.message) from error
    return made["NetworkInterface"]["NetworkInterfaceId"]


def _key(api: Api, key: str) -> str:
    try:
        return api.call("kms", "DescribeKey", KeyId=key)["KeyMetadata"]["Arn"]
    except ApiError as error:
        raise ApiError("BadRequest", error.message) from error
