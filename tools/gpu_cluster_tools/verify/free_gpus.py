"""GPUs of a pool that no pod has, and the node that has the most of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from gpu_cluster.capacity import Pool
from gpu_cluster.config.quantity import amount
from gpu_cluster_tools.doctor.api_server import Object
from gpu_cluster_tools.doctor.node_facts import allocatable, is_ready, of_pool
from gpu_cluster_tools.verify.pods import is_simulated, name_of

_ENDED = {"Succeeded", "Failed"}


@dataclass(frozen=True, slots=True)
class FreeGpus:
    node: str
    resource: str
    """Extended resource, such as nvidia.com/gpu or a MIG profile."""

    count: int


def free_gpus(pool: Pool, nodes: Iterable[Object], pods: Sequence[Object]) -> FreeGpus | None:
    """The most that one node has free; None where all are taken. `pods`: every pod of the cluster."""
    found = [
        FreeGpus(
            name_of(node),
            resource,
            int(allocatable(node, resource)) - taken_on(name_of(node), resource, pods),
        )
        for node in nodes_of(pool, nodes)
        for resource in pool.gpu_resources
    ]
    best = max(found, key=lambda free: free.count, default=None)
    return best if best and best.count > 0 else None


def nodes_of(pool: Pool, nodes: Iterable[Object]) -> list[Object]:
    """Nodes of a pool that run programs and take pods."""
    return [
        node
        for node in of_pool(pool, nodes)
        if is_ready(node) and not is_simulated(node) and not node["spec"].get("unschedulable")
    ]


def taken_on(node: str, resource: str, pods: Collection[Object]) -> int:
    """Number of a resource that the pods of a node have."""
    own = [
        pod
        for pod in pods
        if pod["spec"].get("nodeName") == node and pod.get("status", {}).get("phase") not in _ENDED
    ]
    return sum(_held(pod["spec"], resource) for pod in own)


def _held(spec: Object, resource: str) -> int:
    """Count of the scheduler for a pod: all its containers together, or its largest init container."""
    running = sum(_limit(container, resource) for container in spec["containers"])
    first = max((_limit(container, resource) for container in spec.get("initContainers", [])), default=0)
    return max(running, first)


def _limit(container: Object, resource: str) -> int:
    """Limit of an extended resource, which is its request."""
    limits: Mapping[str, str] = container.get("resources", {}).get("limits", {})
    return int(amount(limits.get(resource, "0")))
