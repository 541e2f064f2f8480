"""Free capacity of a node for the replicas of models, less its DaemonSets."""

from gpu_cluster.capacity.pool import EFA_RESOURCE, Pool
from gpu_cluster.capacity.resources import Resources
from gpu_cluster.catalog import huge_pages_bytes

_DAEMONSET_PODS = 10
"""Kept free on every node, beside the pool's `reserve`, for network, storage drivers, metrics and logs.

The network and storage pods of EKS ask for less than half of its default; the rest is for what a team adds.
"""


def free_capacity(pool: Pool) -> Resources:
    """Free capacity of an empty node: its allocatable less huge pages and the requests of its DaemonSets."""
    node = pool.allocatable
    huge_pages = huge_pages_bytes(pool.server) if EFA_RESOURCE in pool.extended else 0
    return Resources(
        cpu_millis=max(0, node.cpu_millis - pool.reserved_cpu_millis),
        memory_bytes=max(0, node.memory_bytes - huge_pages - pool.reserved_memory_bytes),
        ephemeral_bytes=node.ephemeral_bytes,
        pods=max(0, node.pods - _DAEMONSET_PODS),
    )
