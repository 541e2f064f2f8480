"""Free capacity of a node for the replicas of models, less its DaemonSets."""

from gpu_cluster.capacity.pool import Pool
from gpu_cluster.capacity.resources import GIB, Resources

_DAEMONSET_CPU_MILLIS = 500
_DAEMONSET_MEMORY_BYTES = 1 * GIB
_DAEMONSET_PODS = 10
"""Kept free on every node for what runs on each: network, storage drivers, device plugin, metrics, logs.

The network and storage pods of EKS ask for less than half of it; the rest is for what a team adds.
"""


def room(pool: Pool) -> Resources:
    """Free capacity of an empty node: its allocatable less the requests of its DaemonSets."""
    node = pool.allocatable
    return Resources(
        cpu_millis=max(0, node.cpu_millis - _DAEMONSET_CPU_MILLIS),
        memory_bytes=max(0, node.memory_bytes - _DAEMONSET_MEMORY_BYTES),
        ephemeral_bytes=node.ephemeral_bytes,
        pods=max(0, node.pods - _DAEMONSET_PODS),
    )
