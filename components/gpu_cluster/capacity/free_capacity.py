"""Free capacity of a node for the replicas of models, less its DaemonSets."""

from gpu_cluster.capacity.pool import Pool
from gpu_cluster.capacity.resources import Resources

_DAEMONSET_PODS = 10
"""Kept free on every node, beside the pool's `reserve`, for network, storage drivers, metrics and logs.

The network and storage pods of EKS ask for less than half of its default; the rest is for what a team adds.
"""


def free_capacity(pool: Pool) -> Resources:
    """Free capacity of an empty node: its allocatable less the requests of its DaemonSets."""
    node = pool.allocatable
    return Resources(
        cpu_millis=max(0, node.cpu_millis - pool.reserved_cpu_millis),
        memory_bytes=max(0, node.memory_bytes - pool.reserved_memory_bytes),
        ephemeral_bytes=node.ephemeral_bytes,
        pods=max(0, node.pods - _DAEMONSET_PODS),
    )
