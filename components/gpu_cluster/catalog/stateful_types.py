"""Stateful types: a replacement takes data, keys or running work with it."""

from collections.abc import Mapping
from enum import StrEnum


class Loss(StrEnum):
    """The kind of loss when a resource is deleted."""

    CLUSTER = "the cluster, and everything that runs in it"
    DATA = "the data in it"
    KEY = "the key, and with it everything that is encrypted by it"
    NETWORK = "the network, and everything that is connected to it"
    NODES = "its nodes, and what runs on them"
    PROVIDER = "everything that was made through it"
    OBJECTS = "every object in it"


STATEFUL: Mapping[str, Loss] = {
    "aws:backup/vault:Vault": Loss.DATA,
    "aws:cloudwatch/logGroup:LogGroup": Loss.DATA,
    "aws:dynamodb/table:Table": Loss.DATA,
    "aws:ebs/volume:Volume": Loss.DATA,
    "aws:ec2/subnet:Subnet": Loss.NETWORK,
    "aws:ec2/vpc:Vpc": Loss.NETWORK,
    "aws:ecr/repository:Repository": Loss.DATA,
    "aws:efs/accessPoint:AccessPoint": Loss.DATA,
    "aws:efs/fileSystem:FileSystem": Loss.DATA,
    "aws:eks/cluster:Cluster": Loss.CLUSTER,
    "aws:eks/nodeGroup:NodeGroup": Loss.NODES,
    "aws:fsx/lustreFileSystem:LustreFileSystem": Loss.DATA,
    "aws:kms/key:Key": Loss.KEY,
    "aws:rds/cluster:Cluster": Loss.DATA,
    "aws:rds/instance:Instance": Loss.DATA,
    "aws:s3/bucket:Bucket": Loss.DATA,
    "aws:secretsmanager/secret:Secret": Loss.KEY,
    "kubernetes:apps/v1:StatefulSet": Loss.DATA,
    "kubernetes:core/v1:Namespace": Loss.OBJECTS,
    "kubernetes:core/v1:PersistentVolume": Loss.DATA,
    "kubernetes:core/v1:PersistentVolumeClaim": Loss.DATA,
    "kubernetes:karpenter.sh/v1:NodePool": Loss.NODES,
    "pulumi:providers:aws": Loss.PROVIDER,
    "pulumi:providers:kubernetes": Loss.PROVIDER,
}
"""Kind of loss, by Pulumi's type."""
