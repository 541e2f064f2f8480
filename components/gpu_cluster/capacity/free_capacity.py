"""Free capacity of a node for the replicas of models, less its DaemonSets."""

from gpu_cluster.capacity.pool import EFA_RESOURCE, Pool
from gpu_cluster.capacity.resources import Resources
from gpu_cluster.catalog import huge_pages_bytes

_DAEMONSET_PODS = 10
"""Pods kept free on every node for network, storage drivers, metrics and logs, beyond the pool's `reserve`.

The network and storage pods of EKS request less than half of its default; the rest is for other agents.
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
