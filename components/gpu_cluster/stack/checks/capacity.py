"""All models of a pool: its nodes have capacity for their replicas at min and at max."""

from collections.abc import Iterator

from gpu_cluster.capacity import Pool, nodes_for, request_of
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.pools import Provisioner
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.models import obstacles
from gpu_cluster.stack.diagnostic import Diagnostic

_Models = dict[str, ModelSettings]


def capacity(stack: Stack, offered: dict[str, Pool]) -> Iterator[Diagnostic]:
    for pool in offered.values():
        placed = {
            name: model
            for name, model in stack.serving.models.items()
            if model.pool == pool.name and not any(obstacles((), model, pool))
        }
        if placed:
            yield from _ends(pool, placed, starts=_starts_for_pods(stack, pool))


def _starts_for_pods(stack: Stack, pool: Pool) -> bool:
    """Check that all replicas can be scheduled, at min and at max."""
    return stack.pools[pool.name].provisioner is Provisioner.KARPENTER


def _ends(pool: Pool, models: _Models, *, starts: bool) -> Iterator[Diagnostic]:
    least = {} if starts else {name: model.replicas.min for name, model in models.items()}
    most = {name: model.replicas.max for name, model in models.items()}
    too_many = _short(pool, models, least, "min", pool.nodes.min) if least else None
    if too_many:
        yield too_many
    if too_many and (most, pool.nodes.max) == (least, pool.nodes.min):
        return  # min and max are equal
    too_many = _short(pool, models, most, "max", pool.nodes.max)
    if too_many:
        yield too_many


def _short(pool: Pool, models: _Models, replicas: dict[str, int], end: str, nodes: int) -> Diagnostic | None:
    needed = nodes_for(
        pool, [(request_of(model, pool), replicas[name] * model.nodes) for name, model in models.items()]
    )
    if needed is None or needed <= nodes:
        return None
    who = " and ".join(f"{count} of {name}" for name, count in replicas.items())
    message = f"{nodes} is too few: at replicas.{end}, the models need {needed}, for {who}"
    return Diagnostic(("pools", pool.name, "nodes", end), message)
