"""Operations on EFS file systems that moto lacks: updates, and policies."""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# (moto has hardly any types)

from collections.abc import Mapping
from typing import Any

from moto.efs.models import FileSystem, efs_backends

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document
from gpu_cluster_tools.rehearsal.aws.router import ApiCall, Operation


def _update(call: ApiCall) -> Document:
    given, system = call.parameters, _file_system(call)
    mode = given.get("ThroughputMode", system.throughput_mode)
    speed: Any = given.get("ProvisionedThroughputInMibps")
    if (mode == "provisioned") != (speed is not None):
        raise ApiError(
            "BadRequest", f"ThroughputMode {mode} does not agree with a provisioned throughput of {speed}"
        )
    system.throughput_mode = mode
    system.provisioned_throughput_in_mibps = speed
    return system.info_json()


def _describe_policy(call: ApiCall) -> Document:
    policy = _file_system(call).file_system_policy
    if policy is None:
        raise ApiError("PolicyNotFound", "The file system has no policy.")
    return {"FileSystemId": call.parameters["FileSystemId"], "Policy": policy}


def _delete_policy(call: ApiCall) -> Document:
    _file_system(call).file_system_policy = None
    return {}


def _file_system(call: ApiCall) -> FileSystem:
    id: str = call.parameters["FileSystemId"]
    found = efs_backends[identity.account()][call.api.region].file_systems_by_id.get(id)
    if found is None:
        raise ApiError("FileSystemNotFound", f"File system '{id}' does not exist.")
    return found


OPERATIONS: Mapping[str, Operation] = {
    "UpdateFileSystem": _update,
    "DescribeFileSystemPolicy": _describe_policy,
    "DeleteFileSystemPolicy": _delete_policy,
}
