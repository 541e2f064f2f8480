"""Selection of the nodes that run Prometheus, the log collector and what else they need."""

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.capacity.telemetry_requests import telemetry_requests
from gpu_cluster.config.stack import Stack
from gpu_cluster.plan import Graph
from gpu_cluster_tools.real_node.selection import RealSelection, unreal
from gpu_cluster_tools.real_node.support_images import without_image

_BLOCKING = ("NoSchedule", "NoExecute")


def support_pools(stack: Stack, graph: Graph, real: RealSelection) -> tuple[Pool, ...] | str:
    """Pools that take any pod, or the reason why their nodes stay simulated; none where no server runs.

    All of them are real or none: the scheduler chooses among them.
    """
    if not telemetry_requests(stack):
        return ()
    pools = pools_of(stack).values()
    found = tuple(pool for pool in pools if not any(it["effect"] in _BLOCKING for it in pool.taints))
    reason = next(filter(None, map(unreal, found)), None)
    return reason or _unknown_pods(stack, graph, real, found) or found


def _unknown_pods(stack: Stack, graph: Graph, real: RealSelection, pools: tuple[Pool, ...]) -> str | None:
    """Reason by pods that have no image on this machine and may run on the nodes of these pools."""
    names = " and ".join(pool.name for pool in pools)
    if stack.extras.charts or stack.extras.manifests:
        return f"pods of extras, which have no image on this machine, may run on pool {names}"
    if stack.gateway and not real.gateway:
        return f"pods of the gateway, which have no image on this machine, may run on pool {names}"
    missing = sorted({name for pool in pools for name in without_image(graph, pool)})
    return f"{missing[0]}, which has no image on this machine, may run on pool {names}" if missing else None
