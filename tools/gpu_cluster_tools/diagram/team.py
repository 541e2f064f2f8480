"""Diagram in Mermaid of a team's stack, on its part of the environment."""

from collections.abc import Iterator

from gpu_cluster.capacity import pools_of, routes_of_team
from gpu_cluster.config.min_max import MinMax
from gpu_cluster.config.services import ServiceSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster_tools.diagram import parts
from gpu_cluster_tools.diagram.mermaid_syntax import id_of, text, times


def team_diagram(team: TeamStack) -> str:
    """A flowchart: the pools that are granted, the stores that are used, and the team's models and services.

    Equal stacks give equal text, in the order of the files.
    """
    return "\n".join(["flowchart LR", *(f"  {line}" for line in _lines(team))]) + "\n"


def _lines(team: TeamStack) -> Iterator[str]:
    stack, file = team.environment, team.file
    below = file.team.environment
    yield f"subgraph {id_of('stack', below)}[{text(below, parts.backend_name(stack))}]"
    if any(not service.pool for service in file.services.values()):
        yield f"  nodes[{text('nodes without GPUs')}]"
    yield from parts.pools((pool for pool in pools_of(stack).values() if pool.name in _pools(team)), stack)
    yield from parts.stores((key for key in stack.storage if key in _stores(team)), stack)
    yield "end"
    yield f"subgraph {id_of('team', team.name)}[{text(f'team {team.name}', f'namespace {team.namespace}')}]"
    yield from (f"  {line}" for line in parts.models(file.models))
    for key, service in file.services.items():
        yield f"  {id_of('service', key)}[{text(key, _image(service), times(_replicas(service), 'replica'))}]"
    for path in file.repositories:
        yield f"  {id_of('repository', path)}[({text(path)})]"
    yield "end"
    if stack.gateway and file.gateway:
        yield parts.gateway(stack.gateway)
    yield from _links(team, stack)


def _links(team: TeamStack, stack: Stack) -> Iterator[str]:
    yield from parts.model_links(team.file.models)
    file = team.file
    if stack.gateway and file.gateway:
        yield from parts.routes(
            routes_of_team(stack.gateway, file.gateway, team.name, file.models, file.services)
        )
    for key, service in team.file.services.items():
        yield f"{id_of('service', key)} --> {id_of('pool', service.pool) if service.pool else 'nodes'}"
        for store in stack.storage:
            if store in _stores_of(service):
                yield f"{id_of('service', key)} -.-> {id_of('store', store)}"
        if _image(service) in team.file.repositories:
            yield f"{id_of('repository', _image(service))} -.-> {id_of('service', key)}"


def _pools(team: TeamStack) -> set[str]:
    """Granted, or used without GPUs."""
    return {*team.grant.gpus, *(it.pool for it in team.file.services.values() if it.pool)}


def _stores(team: TeamStack) -> set[str]:
    served = map(parts.mounted_by, team.file.models.values())
    mounted = (store for it in team.file.services.values() for store in _stores_of(it))
    return {store for store in (*served, *mounted) if store}


def _stores_of(service: ServiceSettings) -> set[str]:
    classes = (volume.storage_class for volume in service.volumes.values())
    return {*service.stores, *(name for name in classes if name)}


def _image(service: ServiceSettings) -> str:
    """Image without tag and digest."""
    name = service.image.partition("@")[0]
    host, slash, last = name.rpartition("/")
    return host + slash + last.partition(":")[0]


def _replicas(service: ServiceSettings) -> MinMax:
    return MinMax(min=service.replicas, max=service.replicas)
