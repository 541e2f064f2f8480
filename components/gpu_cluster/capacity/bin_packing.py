"""Bin packing: replicas per node, and nodes for a set of replicas."""

from collections.abc import Iterable

from gpu_cluster.capacity.free_capacity import free_capacity
from gpu_cluster.capacity.pod_requests import Request
from gpu_cluster.capacity.pool import Pool


def replicas_per_node(pool: Pool, request: Request) -> int:
    """Replicas that fit an empty node; 0 if none fits."""
    return _Node(pool).holds(request)


def nodes_for(pool: Pool, replicas: Iterable[tuple[Request, int]]) -> int | None:
    """Nodes required for all `replicas`, given as request and count; None if one does not fit any node.

    First-fit decreasing: the largest first, each onto the first nodes with free capacity.
    """
    nodes: list[_Node] = []
    for request, count in sorted(replicas, key=lambda item: replicas_per_node(pool, item[0])):
        left = count
        for node in nodes:
            left -= node.take(request, left)
        if left and not replicas_per_node(pool, request):
            return None
        while left:
            nodes.append(_Node(pool))
            left -= nodes[-1].take(request, left)
    return len(nodes)


class _Node:
    """Free resources of one node."""

    def __init__(self, pool: Pool) -> None:
        free = free_capacity(pool)
        self.cpu_millis = free.cpu_millis
        self.memory_bytes = free.memory_bytes
        self.pods = free.pods
        self.extended = dict(pool.extended)

    def holds(self, request: Request) -> int:
        return min(
            self.cpu_millis // request.cpu_millis,
            self.memory_bytes // request.memory_bytes,
            self.pods,
            self.extended.get(request.resource, 0) // request.count,
        )

    def take(self, request: Request, wanted: int) -> int:
        """Place up to `wanted` replicas; returns the number placed."""
        taken = min(wanted, self.holds(request))
        if taken:
            self.cpu_millis -= taken * request.cpu_millis
            self.memory_bytes -= taken * request.memory_bytes
            self.pods -= taken
            self.extended[request.resource] -= taken * request.count
        return taken
