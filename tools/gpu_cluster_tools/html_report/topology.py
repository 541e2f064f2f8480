"""Zones, pools with their GPUs, stores, models and teams, as a page draws them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gpu_cluster.capacity import Pool, mig_resource, pools_of
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_grants import ONLY
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster_tools.diagram.mermaid_syntax import times
from gpu_cluster_tools.diagram.parts import STORE_NAMES, capacity_of, cluster_of, image_name, mounted_by

_MOST_SLICES = 16
"""More slices of a GPU than this are drawn as a number."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    name: str
    model: str
    replicas: str
    asks: str
    """GPUs or slices of one replica: `2 GPUs`, `1 x 3g.40gb`."""

    store: str
    """Store of its weights; empty if each replica downloads them."""


@dataclass(frozen=True, slots=True)
class PoolCard:
    name: str
    nodes: str
    machine: str
    capacity: str
    gpu: str
    """Empty for a pool without GPUs."""

    gpus: tuple[tuple[str, ...], ...]
    """The GPUs of one node, each with the names of its slices; one without a name is a whole GPU."""

    resources: str
    """Extended resources of one node."""

    models: tuple[ModelCard, ...]


@dataclass(frozen=True, slots=True)
class Topology:
    place: str
    """Location of the cluster."""

    cluster: str
    network: str
    zones: tuple[str, ...]
    pools: tuple[PoolCard, ...]
    stores: tuple[tuple[str, str], ...]
    """Names and kinds."""

    teams: tuple[tuple[str, str], ...]
    """Names and grants."""

    gpus: tuple[int, int]
    """Physical GPUs, with the fewest and with the most nodes."""


def topology_of(stack: Stack, team: TeamStack | None, place: str) -> Topology:
    """Topology of an environment, or of the part of one that a team uses."""
    pools = pools_of(stack)
    served = team.served.serving.models if team else stack.serving.models
    if team:
        pools = {name: pool for name, pool in pools.items() if name in team.grant.gpus}
    return Topology(
        place=place,
        cluster=cluster_of(stack),
        network=_network(stack),
        zones=tuple(stack.network.every_zone) if stack.network else (),
        pools=tuple(_pool(pool, stack, served) for pool in pools.values()),
        stores=tuple((name, STORE_NAMES[store.kind]) for name, store in stack.storage.items()),
        teams=tuple(_teams(stack, pools, team)),
        gpus=(
            sum(pool.gpus * pool.nodes.min for pool in pools.values()),
            sum(pool.gpus * pool.nodes.max for pool in pools.values()),
        ),
    )


def _network(stack: Stack) -> str:
    if not stack.network:
        return ""
    if stack.network.existing:
        return f"existing VPC {', '.join(stack.network.existing.cidrs)}"
    return f"VPC {stack.network.cidr}"


def _pool(pool: Pool, stack: Stack, models: Mapping[str, ModelSettings]) -> PoolCard:
    return PoolCard(
        name=pool.name,
        nodes=times(pool.nodes, "node"),
        machine="" if pool.machine == "machine" else pool.machine,
        capacity=capacity_of(pool, stack),
        gpu=pool.gpu.name if pool.gpu and pool.gpus else "",
        gpus=tuple(_slices(pool) for _ in range(pool.gpus)),
        resources=", ".join(f"{count} x {name}" for name, count in pool.extended.items()),
        models=tuple(_model(name, it) for name, it in models.items() if it.pool == pool.name),
    )


def _slices(pool: Pool) -> tuple[str, ...]:
    """Slices of one GPU: `1g.10gb` for each MIG device, or an empty name for each pod that shares it."""
    if pool.sharing and pool.sharing.mig:
        return tuple(profile for profile, count in pool.sharing.mig.items() for _ in range(count))
    shared = sum(pool.gpu_resources.values()) // pool.gpus
    return ("",) * shared if shared <= _MOST_SLICES else (f"{shared} pods",)


def _model(name: str, settings: ModelSettings) -> ModelCard:
    count = settings.gpus
    asks = f"{count} x {settings.slice}" if settings.slice else f"{count} GPU{'s' * (count != 1)}"
    if settings.nodes > 1:
        asks = f"{asks} on each of {settings.nodes} nodes"
    weights = mounted_by(settings) or image_name(settings) or ""
    return ModelCard(str(name), settings.model, times(settings.replicas, "replica"), asks, weights)


def _teams(stack: Stack, pools: Mapping[str, Pool], team: TeamStack | None) -> Iterator[tuple[str, str]]:
    for name, settings in stack.teams.items():
        if team and name != team.name:
            continue
        granted = (
            f"{count} x {_resource(pools[pool], profile)} of {pool}"
            for pool, quota in settings.gpus.items()
            for profile, count in quota.items()
        )
        yield name, ", ".join(granted) or "no GPUs"


def _resource(pool: Pool, profile: str) -> str:
    [*_, only] = pool.gpu_resources
    return only if profile == ONLY else mig_resource(profile)
