"""Team stacks: references exist, workloads fit, and requests are within the grant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gpu_cluster.capacity import (
    MIRROR_CPU_MILLIS,
    MIRROR_MEMORY_BYTES,
    Pool,
    gpu_resource,
    mirrored_models,
    pools_of,
    request_of,
    share_of,
)
from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.quantity import amount
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.stack.checks.engine_support import engine_support
from gpu_cluster.stack.checks.engines import engines
from gpu_cluster.stack.checks.gated_models import gated_models
from gpu_cluster.stack.checks.gateway import gateway_of_team
from gpu_cluster.stack.checks.image_volumes import image_volumes
from gpu_cluster.stack.checks.load_times import load_times
from gpu_cluster.stack.checks.memory import memory
from gpu_cluster.stack.checks.mirrors import mirrors
from gpu_cluster.stack.checks.models import models, obstacles
from gpu_cluster.stack.checks.mounts import shared_models, shared_volumes
from gpu_cluster.stack.checks.multi_node import groups, groups_of_team
from gpu_cluster.stack.checks.prefix_routing import prefix_routing_of_team
from gpu_cluster.stack.checks.recipes import recipes
from gpu_cluster.stack.checks.services import image_problem, obstacles_of_service, services
from gpu_cluster.stack.checks.unsupported_options import unsupported_options
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.sections import rooted

_AWS_ACCOUNT = "aws"
"""Name of the platform's service account in a team's namespace."""


def check_team_stack(team: TeamStack, broken: frozenset[Keys]) -> list[Diagnostic]:
    """Diagnostics across a team's sections and its grant.

    Keys are from the root of the file; `broken` as in the checks of an environment.
    """
    pools = pools_of(team.environment)
    as_served = frozenset(("serving", *keys) for keys in broken if keys[0] in ("models", "hubToken"))
    of_models = [
        *models(team.served, pools, as_served),
        *engines(team.served, as_served),
        *engine_support(team.served, pools, as_served),
        *unsupported_options(team.served, as_served),
        *recipes(team.served, as_served),
        *groups(team.served, as_served),
        *gated_models(team.served, as_served),
        *mirrors(team.served, pools, as_served, of_team=True),
        *memory(team.served, pools, as_served),
        *image_volumes(team.served, pools, as_served, of_team=True),
        *load_times(team.served, pools, as_served),
    ]
    diagnostics = [
        *_place(team),
        *_names(team),
        *_repositories(team),
        *(Diagnostic(keys[1:], message) for keys, message, _ in of_models),
        *groups_of_team(team),
        *gateway_of_team(team, broken),
        *prefix_routing_of_team(team),
        *_model_images(team),
        *services(team, pools),
        *_paths(team),
        *_exceeded(team, pools),
    ]
    return [Diagnostic(rooted(keys), message) for keys, message, _ in diagnostics]


def _place(team: TeamStack) -> Iterator[Diagnostic]:
    cluster = team.environment.cluster
    for key, given in (("kubeconfig", team.file.team.kubeconfig), ("context", team.file.team.context)):
        if given and not isinstance(cluster, ExistingCluster):
            yield Diagnostic(("team", key), f"only with provider existing, got {cluster.provider}")
    if team.file.hub_token and isinstance(cluster, LocalCluster):
        yield Diagnostic(("hubToken",), "not with provider local, which downloads nothing")


def _names(team: TeamStack) -> Iterator[Diagnostic]:
    for name in team.file.services:
        if name in team.file.models:
            message = f"a model has the same name {name}, so both would have the same address"
            yield Diagnostic(("services", name), message)
        if name == _AWS_ACCOUNT:
            message = f"{name} is reserved for the platform in the team's namespace; choose another name"
            yield Diagnostic(("services", name), message)


def _repositories(team: TeamStack) -> Iterator[Diagnostic]:
    for path in team.file.repositories:
        keys: Keys = ("repositories", path)
        if not isinstance(team.environment.cluster, EksSettings):
            yield Diagnostic(keys, f"only with provider eks, got {team.environment.cluster.provider}")
        elif not path.startswith(f"{team.name}/"):
            message = f"outside the team's prefix; expected {team.name}/…, such as {team.name}/{path}"
            yield Diagnostic(keys, message)


def _model_images(team: TeamStack) -> Iterator[Diagnostic]:
    for name, model in team.file.models.items():
        if model.image and (problem := image_problem(model.image, team)):
            yield Diagnostic(("models", name, "image"), problem)
        if model.weights_image and (problem := image_problem(model.weights_image.image, team)):
            yield Diagnostic(("models", name, "weightsImage"), problem)


def _paths(team: TeamStack) -> Iterator[Diagnostic]:
    if isinstance(team.environment.cluster, EksSettings):
        yield from shared_models((), team.file.models, team.namespace, team.environment)
        yield from shared_volumes(team.file.services, team.namespace, team.environment)


@dataclass
class _Asked:
    """Sum of a team's requests at maximum replicas."""

    amounts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_GRANTED, 0))
    gpus: dict[tuple[str, str], dict[Keys, int]] = field(
        default_factory=dict[tuple[str, str], dict[Keys, int]]
    )
    """Extended resources of each model and service, by pool and resource."""

    parts: dict[str, dict[Keys, int]] = field(default_factory=lambda: {what: {} for what in _GRANTED})
    """Amount of each model and service."""

    def add(self, keys: Keys, count: int, *, cpu_millis: int, memory_bytes: int, storage_bytes: int) -> None:
        for what, each in zip(_GRANTED, (cpu_millis, memory_bytes, 1, storage_bytes), strict=True):
            self.amounts[what] += count * each
            self.parts[what][keys] = self.parts[what].get(keys, 0) + count * each

    def most_of(self, what: str) -> Keys:
        """Model or service with the largest request."""
        parts = self.parts[what]
        return max(parts, key=parts.__getitem__)

    def add_gpus(self, keys: Keys, pool: str, resource: str, count: int) -> None:
        self.gpus.setdefault((pool, resource), {})[keys] = count


_GRANTED = ("CPU", "memory", "pods", "volumes")


def _exceeded(team: TeamStack, pools: Mapping[str, Pool]) -> Iterator[Diagnostic]:
    """Check requests at maximum replicas against the quotas of the namespace."""
    grant, share = team.grant, share_of(team.grant, pools)
    asked = _asked(team, pools)
    for (pool, resource), parts in asked.gpus.items():
        yield from _too_many_gpus(team, pool, resource, parts, share.gpus.get(pool))
    granted = (share.cpu_millis, share.memory_bytes, grant.pods, int(amount(grant.storage)))
    for what, most in zip(_GRANTED, granted, strict=True):
        if asked.amounts[what] > most:
            last = asked.most_of(what)
            given, allowed = _shown(what, asked.amounts[what]), _shown(what, most)
            message = f"{given} of {what} are requested at most, and team {team.name} is granted {allowed}"
            yield Diagnostic(last, message)


def _asked(team: TeamStack, pools: Mapping[str, Pool]) -> _Asked:
    asked = _Asked()
    for name, model in team.file.models.items():
        pool = pools.get(model.pool)
        if pool is None or any(obstacles((), model, pool)):
            continue
        request, most = request_of(model, pool), model.replicas.max * model.nodes
        asked.add(
            ("models", name),
            most,
            cpu_millis=request.cpu_millis,
            memory_bytes=request.memory_bytes,
            storage_bytes=int(amount(model.cache.size)) if model.cache else 0,
        )
        asked.add_gpus(("models", name), pool.name, request.resource, most * request.count)
        for _ in mirrored_models(model):
            asked.add(
                ("models", name),
                1,
                cpu_millis=MIRROR_CPU_MILLIS,
                memory_bytes=MIRROR_MEMORY_BYTES,
                storage_bytes=0,
            )
    for name, service in team.file.services.items():
        asked.add(
            ("services", name),
            service.replicas,
            cpu_millis=int(amount(service.cpu) * 1000),
            memory_bytes=int(amount(service.memory)),
            storage_bytes=int(sum(amount(volume.size) for volume in service.volumes.values())),
        )
        pool = pools.get(service.pool or "")
        if service.gpus and pool and not any(obstacles_of_service((), service, pool)):
            resource = gpu_resource(service.slice, pool)
            asked.add_gpus(("services", name), pool.name, resource, service.replicas * service.gpus)
    return asked


def _too_many_gpus(
    team: TeamStack, pool: str, resource: str, parts: Mapping[Keys, int], granted: Mapping[str, int] | None
) -> Iterator[Diagnostic]:
    if granted is None:
        others = ", ".join(team.grant.gpus) or "none"
        for keys in parts:
            message = f"pool {pool} is not granted to team {team.name}; granted are {others}"
            yield Diagnostic((*keys, "pool"), message)
        return
    together, most = sum(parts.values()), granted.get(resource, 0)
    if together > most:
        who = " and ".join(f"{count} of {keys[-1]}" for keys, count in parts.items())
        message = f"{together} {resource} of pool {pool} are requested at most, {who}, and team "
        yield Diagnostic((*list(parts)[-1], "replicas"), f"{message}{team.name} is granted {most}")


def _shown(what: str, count: int) -> str:
    if what in ("memory", "volumes"):
        return f"{count / 1024**3:.1f}Gi"
    return f"{count}m" if what == "CPU" else str(count)
