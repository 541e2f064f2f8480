"""Node updates without surge: the pool has capacity for replicas of drained nodes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from gpu_cluster.capacity import Pool, Request, nodes_for, replicas_per_node, request_of, surges
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.pools import PoolSettings, Provisioner
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.models import obstacles
from gpu_cluster.stack.diagnostic import Diagnostic


@dataclass(frozen=True, slots=True)
class _Placed:
    """Model on the pool."""

    request: Request
    most: int
    """Replicas."""

    nodes: int = 1
    """Nodes per replica, which stop together."""

    def on_nodes(self, pool: Pool, nodes: int) -> int:
        """Number of replicas on that many nodes, spread evenly."""
        if self.nodes > 1:
            return min(nodes, self.most)
        holds = nodes * replicas_per_node(pool, self.request)
        return min(holds, ceil(self.most * nodes / max(1, pool.nodes.max)))


def updates(stack: Stack, offered: dict[str, Pool]) -> Iterator[Diagnostic]:
    """Pools without surge on which a drain could not finish.

    An evicted replica without a free GPU stays pending, and the disruption budget blocks the next eviction of
    its model until EKS fails the update with PodEvictionFailure after 15 minutes. One replica of each model
    may be pending. Source:
    https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html, 2026-11-28.
    """
    for name, pool in offered.items():
        settings = stack.pools[name]
        replaced_in_place = settings.provisioner is Provisioner.NODE_GROUP and not surges(settings)
        if isinstance(stack.cluster, EksSettings) and replaced_in_place:
            yield from _stuck(stack, pool, settings)


def _stuck(stack: Stack, pool: Pool, settings: PoolSettings) -> Iterator[Diagnostic]:
    placed = {
        name: _Placed(request_of(model, pool), model.replicas.max, model.nodes)
        for name, model in stack.serving.models.items()
        if model.pool == pool.name and not any(obstacles((), model, pool))
    }
    at_once = min(settings.update.max_unavailable, pool.nodes.max)
    if _ends(pool, placed, at_once):
        return
    name = max(placed, key=lambda it: placed[it].on_nodes(pool, at_once))
    most = next(
        (
            count
            for count in range(placed[name].most - 1, 1, -1)
            if _ends(pool, placed | {name: replace(placed[name], most=count)}, at_once)
        ),
        1,
    )
    remedy = "" if settings.capacity.reserved else f", or update.surge: true of pool {pool.name}"
    yield Diagnostic(
        ("serving", "models", name, "replicas", "max"),
        f"{placed[name].most} replicas fill pool {pool.name}, which is updated without surge: the "
        f"drain of a node would not finish, and EKS fails after 15 minutes; expected at most {most}{remedy}",
    )


def _ends(pool: Pool, placed: dict[str, _Placed], at_once: int) -> bool:
    """Whether a drain of maxUnavailable nodes finishes, with one replica of each model pending."""
    if all(it.on_nodes(pool, at_once) <= 1 for it in placed.values()):
        return True
    kept = [(it.request, (it.most - 1) * it.nodes) for it in placed.values() if it.most > 1]
    needed = nodes_for(pool, kept)
    return needed is None or needed <= pool.nodes.max - at_once
