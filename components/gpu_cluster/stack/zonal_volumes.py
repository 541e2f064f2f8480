"""Volumes in one zone whose pods may have no node in it."""

from collections.abc import Iterator

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.logs import LOG_COLLECTOR
from gpu_cluster.config.pools import Provisioner
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.storage import Ebs
from gpu_cluster.config.telemetry import Collector


def zonal_volumes(stack: Stack) -> Iterator[str]:
    """Fewer nodes than zones: a node that fails may be replaced in a zone without the volumes of its pods.

    An Auto Scaling group keeps its zones balanced (EC2 Auto Scaling user guide, auto-scaling-benefits,
    2026-11-30), so with a node for each zone the new one starts where one is missing. Karpenter starts a node
    in the zone of the volume.
    """
    if not isinstance(stack.cluster, EksSettings) or not (owners := [*_owners(stack)]):
        return
    chosen = {name: pool for name, pool in pools_of(stack).items() if not pool.taints}
    kept = {zone for name, pool in chosen.items() if _keeps_zones(pool, stack, name) for zone in pool.zones}
    short = {name: pool for name, pool in chosen.items() if not kept.issuperset(pool.zones)}
    for name, pool in short.items():
        least = "at least " if pool.nodes.max > pool.nodes.min else ""
        few = f"{least}{pool.nodes.min} node{'' if pool.nodes.min == 1 else 's'}"
        yield (
            f"pool {name}: {few} in {len(pool.zones)} zones: the volume of {' and of '.join(owners)} is in "
            f"one zone, and the pod waits where a failed node is replaced in another; {_hint(name, pool)}"
        )


def _owners(stack: Stack) -> Iterator[str]:
    """Servers of the platform with a volume of EBS that outlives their pod."""
    settings = stack.telemetry
    collects = settings.enabled and settings.prometheus is not Collector.EXISTING
    if collects and _is_ebs(settings.storage_class, stack):
        yield "Prometheus"
    if stack.logs and stack.logs.files and _is_ebs(stack.logs.files.storage_class, stack):
        yield f"the {LOG_COLLECTOR}"


def _is_ebs(storage_class: str | None, stack: Stack) -> bool:
    default = next((name for name, it in stack.storage.items() if it.default), "")
    return isinstance(stack.storage.get(storage_class or default), Ebs)


def _keeps_zones(pool: Pool, stack: Stack, name: str) -> bool:
    """Whether each of its zones still has a node after one node has failed."""
    if stack.pools[name].provisioner is Provisioner.KARPENTER:
        return True
    return len(pool.zones) == 1 or pool.nodes.min >= len(pool.zones)


def _hint(name: str, pool: Pool) -> str:
    least = len(pool.zones)
    nodes = f"{{min: {least}, max: {pool.nodes.max}}}" if pool.nodes.max > least else str(least)
    return f"hint: pools.{name}.nodes: {nodes}, or zones with that of the volume alone"
