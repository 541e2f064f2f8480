"""File systems of EFS, where they are mounted and who may enter."""

from typing import Any

from rehearsal.aws.api import Api, parameters_of
from rehearsal.aws.kind import Answer, AutoName, Inputs, Kind, State
from rehearsal.aws.naming import to_service
from rehearsal.aws.services import ec2
from rehearsal.aws.services.kms import require_key
from rehearsal.aws.services.tagging import retagger

_AWS_KEY = "alias/aws/elasticfilesystem"


def _call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("efs", operation, **arguments)


def _one(api: Api, id: str) -> Answer:
    return _call(api, "DescribeFileSystems", FileSystemId=id)["FileSystems"][0]


def _require_file_system(api: Api, id: Any) -> None:
    _one(api, id)


def _set_throughput(api: Api, id: str, inputs: Inputs) -> None:
    speed = inputs.get("provisionedThroughputInMibps")
    _call(
        api,
        "UpdateFileSystem",
        FileSystemId=id,
        ThroughputMode=inputs.get("throughputMode", "bursting"),
        **({"ProvisionedThroughputInMibps": speed} if speed else {}),
    )


def _set_lifecycle(api: Api, id: str, inputs: Inputs) -> None:
    given = inputs.get("lifecyclePolicies", [])
    policies = to_service(
        given, parameters_of("efs", "PutLifecycleConfiguration").members["LifecyclePolicies"]
    )
    _call(api, "PutLifecycleConfiguration", FileSystemId=id, LifecyclePolicies=policies)


def _set_protection(api: Api, id: str, inputs: Inputs) -> None:
    status = inputs.get("protection", {}).get("replicationOverwrite", "ENABLED")
    _call(api, "UpdateFileSystemProtection", FileSystemId=id, ReplicationOverwriteProtection=status)


def _read(api: Api, id: str, _state: State) -> Answer | None:
    system = _one(api, id)
    key = system.get("KmsKeyId")
    if system["Encrypted"] and not key:
        key = api.call("kms", "DescribeKey", KeyId=_AWS_KEY)["KeyMetadata"]["Arn"]
    protection = system.get("FileSystemProtection", {}).get("ReplicationOverwriteProtection", "ENABLED")
    return system | {
        "arn": system["FileSystemArn"],
        "dnsName": _dns_name(api, id),
        "kmsKeyId": key,
        "lifecyclePolicies": _call(api, "DescribeLifecycleConfiguration", FileSystemId=id)[
            "LifecyclePolicies"
        ],
        "protection": {"replicationOverwrite": protection},
        "sizeInBytes": [system["SizeInBytes"]],
    }


def _delete(api: Api, id: str, _state: State) -> None:
    _call(api, "DeleteFileSystem", FileSystemId=id)


def _set_groups(api: Api, id: str, inputs: Inputs) -> None:
    groups = inputs.get("securityGroups", [])
    _call(api, "ModifyMountTargetSecurityGroups", MountTargetId=id, SecurityGroups=groups)


def _read_target(api: Api, id: str, _state: State) -> Answer | None:
    target = _call(api, "DescribeMountTargets", MountTargetId=id)["MountTargets"][0]
    interface = ec2.one(api, "DescribeNetworkInterfaces", "NetworkInterfaceIds", target["NetworkInterfaceId"])
    system = target["FileSystemId"]
    name = _dns_name(api, system)
    return target | {
        "dnsName": name,
        "fileSystemArn": _one(api, system)["FileSystemArn"],
        "mountTargetDnsName": f"{target['AvailabilityZoneName']}.{name}",
        "securityGroups": [group["GroupId"] for group in (interface or {}).get("Groups", [])],
    }


def _delete_target(api: Api, id: str, _state: State) -> None:
    _call(api, "DeleteMountTarget", MountTargetId=id)


def _read_access_point(api: Api, id: str, _state: State) -> Answer | None:
    point = _call(api, "DescribeAccessPoints", AccessPointId=id)["AccessPoints"][0]
    return point | {
        "arn": point["AccessPointArn"],
        "fileSystemArn": _one(api, point["FileSystemId"])["FileSystemArn"],
    }


def _delete_access_point(api: Api, id: str, _state: State) -> None:
    _call(api, "DeleteAccessPoint", AccessPointId=id)


def _read_backup_policy(api: Api, id: str, _state: State) -> Answer | None:
    found = _call(api, "DescribeBackupPolicy", FileSystemId=id)
    return found | {"fileSystemId": id} if found["BackupPolicy"]["Status"] == "ENABLED" else None


def _disable_backup(api: Api, id: str, _state: State) -> None:
    _call(api, "PutBackupPolicy", FileSystemId=id, BackupPolicy={"Status": "DISABLED"})


def _read_policy(api: Api, id: str, _state: State) -> Answer | None:
    return _call(api, "DescribeFileSystemPolicy", FileSystemId=id)


def _dns_name(api: Api, id: str) -> str:
    return f"{id}.efs.{api.region}.amazonaws.com"


_OF_FILE_SYSTEM = frozenset({"fileSystemId"})
_EXISTS = {"fileSystemId": _require_file_system}
_RETAG = retagger("efs", resource="ResourceId", by_id=True)

_FILE_SYSTEM = Kind(
    type="aws:efs/fileSystem:FileSystem",
    service="efs",
    create="CreateFileSystem",
    identify=lambda _inputs, answer: answer["FileSystemId"],
    read=_read,
    delete=_delete,
    setters={
        "throughputMode": _set_throughput,
        "provisionedThroughputInMibps": _set_throughput,
        "lifecyclePolicies": _set_lifecycle,
        "protection": _set_protection,
    },
    takers={"lifecyclePolicies": ("PutLifecycleConfiguration", "LifecyclePolicies")},
    names=AutoName("creationToken"),
    retag=_RETAG,
    references={"kmsKeyId": require_key},
)
KINDS = (
    _FILE_SYSTEM,
    Kind(
        type="aws:efs/mountTarget:MountTarget",
        service="efs",
        create="CreateMountTarget",
        identify=lambda _inputs, answer: answer["MountTargetId"],
        read=_read_target,
        delete=_delete_target,
        setters={"securityGroups": _set_groups},
        alone=True,
        references=_EXISTS | {"subnetId": ec2.SUBNET, "securityGroups": ec2.SECURITY_GROUP},
    ),
    Kind(
        type="aws:efs/accessPoint:AccessPoint",
        service="efs",
        create="CreateAccessPoint",
        identify=lambda _inputs, answer: answer["AccessPointId"],
        read=_read_access_point,
        delete=_delete_access_point,
        retag=_RETAG,
        references=_EXISTS,
    ),
    Kind(
        type="aws:efs/backupPolicy:BackupPolicy",
        service="efs",
        create="PutBackupPolicy",
        identify=lambda inputs, _answer: inputs["fileSystemId"],
        read=_read_backup_policy,
        delete=_disable_backup,
        puts=_OF_FILE_SYSTEM,
        references=_EXISTS,
    ),
    Kind(
        type="aws:efs/fileSystemPolicy:FileSystemPolicy",
        service="efs",
        create="PutFileSystemPolicy",
        identify=lambda inputs, _answer: inputs["fileSystemId"],
        read=_read_policy,
        delete=lambda api, id, _state: _call(api, "DeleteFileSystemPolicy", FileSystemId=id),
        puts=_OF_FILE_SYSTEM,
        documents=frozenset({"policy"}),
        references=_EXISTS,
    ),
)
