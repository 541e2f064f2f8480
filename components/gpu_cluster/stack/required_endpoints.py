"""AWS services that the parts of a stack call."""

from gpu_cluster.config.network import EVERY_NODE_CALLS, AwsService
from gpu_cluster.config.pools import PoolSettings, Provisioner
from gpu_cluster.config.stack import Stack

_OF_STORAGE = {"efs": AwsService.ELASTICFILESYSTEM, "fsx-lustre": AwsService.FSX}
"""Services that a storage driver asks where its file systems are, by kind."""
_OF_KARPENTER = frozenset((AwsService.SQS, AwsService.SSM))
"""SQS delivers interruptions; SSM resolves image ids (Karpenter 1.13, private clusters, 2026-11-28)."""


def required_endpoints(stack: Stack) -> frozenset[AwsService]:
    """Services of AWS that have interface endpoints; S3 has a gateway."""
    called = {_OF_STORAGE[it.kind] for it in stack.storage.values() if it.kind in _OF_STORAGE}
    if any(pool.provisioner is Provisioner.KARPENTER for pool in stack.pools.values()):
        called |= _OF_KARPENTER
    if any(_is_scaled(pool) for pool in stack.pools.values()):
        called.add(AwsService.AUTOSCALING)
    return EVERY_NODE_CALLS | called


def _is_scaled(pool: PoolSettings) -> bool:
    """Whether the cluster autoscaler starts and ends its nodes."""
    return pool.provisioner is Provisioner.NODE_GROUP and pool.nodes.min < pool.nodes.max
