"""Rules for shared file systems: EFS and the kinds of FSx."""

from collections.abc import Iterator

from gpu_cluster_policies.customer_key import not_encrypted, not_own_key
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.resource import Resource, each
from gpu_cluster_policies.rule import Level, Violation, rule, stack_rule

_EFS = "aws:efs/fileSystem:FileSystem"
_FSX = (
    "aws:fsx/fileCache:FileCache",
    "aws:fsx/lustreFileSystem:LustreFileSystem",
    "aws:fsx/ontapFileSystem:OntapFileSystem",
    "aws:fsx/openZfsFileSystem:OpenZfsFileSystem",
    "aws:fsx/windowsFileSystem:WindowsFileSystem",
)


@stack_rule(
    30,
    "efs-encrypted",
    "EFS is encrypted with a customer managed key",
    of=each(_EFS),
    level=Level.MANDATORY,
    references="CKV_AWS_42; CKV_AWS_184; trivy AWS-0037; FSBP EFS.1; cdk-nag EFS1; "
    "pulumi compliance-policies",
    fix="use gpu-cluster:storage.<name> with kind: efs; otherwise set encrypted and kmsKeyId",
)
def efs_encrypted(file_system: Resource, inventory: Inventory) -> Iterator[Violation]:
    """Encryption cannot be enabled later without moving all data to a new file system."""
    yield from not_encrypted(file_system, file_system.root, inventory)


@rule(
    31,
    "access-points",
    "EFS access points enforce a root directory and a user",
    of=each("aws:efs/accessPoint:AccessPoint"),
    level=Level.MANDATORY,
    references="CKV_AWS_329; CKV_AWS_330; FSBP EFS.3; FSBP EFS.4",
    fix="use gpu-cluster:storage.<name> with kind: efs; otherwise set rootDirectory.path to a folder, "
    "and posixUser",
)
def access_points(point: Resource) -> Iterator[Violation]:
    """Without them, every client can access the folders of all teams as any user."""
    path = point.at("rootDirectory", "path")
    if path.text in ("", "/"):
        yield Violation(path, "a folder")
    for identity in ("uid", "gid"):
        given = point.at("posixUser", identity)
        if given.value is None:
            yield Violation(given, "the user of every client")


@rule(
    32,
    "efs-across-zones",
    "EFS stores data in several availability zones",
    of=each(_EFS),
    level=Level.PRODUCTION,
    references="pulumi compliance-policies",
    fix="use gpu-cluster:storage.<name> with kind: efs; otherwise remove availabilityZoneName",
)
def efs_across_zones(file_system: Resource) -> Iterator[Violation]:
    """One Zone storage is unavailable or lost when its zone fails."""
    zone = file_system.at("availabilityZoneName")
    if zone.value is not None:
        yield Violation(zone, "not set")


@stack_rule(
    34,
    "fsx-encrypted",
    "FSx is encrypted with a customer managed key",
    of=each(*_FSX),
    level=Level.MANDATORY,
    references="CKV_AWS_190; CKV_AWS_178; CKV_AWS_203",
    fix="use gpu-cluster:storage.<name> with kind: fsx-lustre; otherwise set kmsKeyId, which requires a "
    "PERSISTENT deploymentType",
)
def fsx_encrypted(file_system: Resource, inventory: Inventory) -> Iterator[Violation]:
    """With a customer managed key, access to training data can be revoked at once, and key use is logged."""
    yield from not_own_key(file_system, file_system.at("kmsKeyId"), inventory)
