"""What a person would miss: resources that a replacement takes data, keys or running work from."""

from rehearsal.event_log import Operation

STATEFUL = frozenset(
    {
        "aws:backup/vault:Vault",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/vpc:Vpc",
        "aws:ecr/repository:Repository",
        "aws:efs/accessPoint:AccessPoint",
        "aws:efs/fileSystem:FileSystem",
        "aws:eks/cluster:Cluster",
        "aws:eks/nodeGroup:NodeGroup",
        "aws:fsx/lustreFileSystem:LustreFileSystem",
        "aws:kms/key:Key",
        "aws:s3/bucket:Bucket",
        "kubernetes:apps/v1:StatefulSet",
        "kubernetes:core/v1:Namespace",
        "kubernetes:core/v1:PersistentVolume",
        "kubernetes:core/v1:PersistentVolumeClaim",
    }
)

_LOSES = ("delete", "delete-replaced", "replace", "create-replacement", "discard-replaced")


def is_a_loss(operation: Operation) -> bool:
    """Whether it takes away something stateful."""
    return operation.kind in _LOSES and operation.type in STATEFUL
