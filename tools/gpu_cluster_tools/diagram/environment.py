"""Diagram of a platform in Mermaid, with its main parts only."""

from collections.abc import Iterator, Mapping

from gpu_cluster.capacity import Pool, pools_of, routes_of
from gpu_cluster.config.network import Nat, NetworkSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.stores import FsxLustre
from gpu_cluster.config.team_grants import ONLY
from gpu_cluster_tools.diagram import parts
from gpu_cluster_tools.diagram.mermaid_syntax import id_of, text

_NAT = {Nat.NONE: "no internet access", Nat.SINGLE: "one NAT gateway", Nat.PER_ZONE: "NAT gateway per zone"}


def diagram(name: str, stack: Stack) -> str:
    """Flowchart of the network, the cluster with its pools, models, teams and stores.

    Equal stacks give equal text, in the order of the file.
    """
    return "\n".join(["flowchart LR", *(f"  {line}" for line in _lines(name, stack))]) + "\n"


def _lines(name: str, stack: Stack) -> Iterator[str]:
    pools = pools_of(stack)
    yield f"subgraph {id_of('stack', name)}[{text(name, parts.backend_name(stack))}]"
    if stack.network:
        yield from _network(stack.network)
    yield f"  cluster([{text(parts.cluster_of(stack))}])"
    yield from parts.pools(pools.values(), stack)
    yield from parts.stores(stack.storage, stack)
    yield f"  registry[({text('images', stack.mirror or _no_mirror(stack))})]"
    yield "end"
    yield from parts.models(stack.serving.models)
    if stack.gateway:
        yield parts.gateway(stack.gateway)
    for key in stack.teams:
        yield f"{id_of('team', key)}[/{text(f'team {key}')}/]"
    yield from _links(stack, pools)


def _links(stack: Stack, pools: Mapping[str, Pool]) -> Iterator[str]:
    if stack.network:
        yield "network --- cluster"
    yield "registry -.-> cluster"
    yield from (f"cluster --> {id_of('pool', name)}" for name in pools)
    yield from parts.model_links(stack.serving.models)
    if stack.gateway and stack.serving.models:
        yield from parts.routes(routes_of(stack.gateway, stack.serving.models))
    for key, settings in stack.storage.items():
        if isinstance(settings, FsxLustre) and settings.s3 in stack.storage:
            yield f"{id_of('store', key)} --- {id_of('store', settings.s3)}"
    for key, team in stack.teams.items():
        if team.gateway and stack.gateway:
            yield f"gateway --> {id_of('team', key)}"
        for pool, quota in team.gpus.items():
            shares = (f"{n} GPUs" if profile == ONLY else f"{n} x {profile}" for profile, n in quota.items())
            granted = ", ".join(shares)
            yield f"{id_of('team', key)} -->|{text(granted)}| {id_of('pool', pool)}"


def _network(settings: NetworkSettings) -> Iterator[str]:
    if settings.existing:
        label = text("existing VPC", ", ".join(settings.existing.cidrs))
    else:
        label = text(f"VPC {settings.cidr}", _NAT[settings.nat])
    yield f"  subgraph network[{label}]"
    yield from (f"    {id_of('zone', zone)}[{text(zone)}]" for zone in settings.every_zone)
    yield "  end"


def _no_mirror(stack: Stack) -> str:
    return "registry in the cluster" if stack.registry.in_cluster else "public registries"
