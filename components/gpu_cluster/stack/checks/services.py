"""Services of a team: existing image and volumes, and a node with enough capacity."""

from collections.abc import Iterator, Mapping

from gpu_cluster.capacity import Pool, free_capacity
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.quantity import amount
from gpu_cluster.config.services import ServiceSettings
from gpu_cluster.config.stores import StoreSettings
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.stack.checks.models import unknown_pool
from gpu_cluster.stack.checks.storage import unknown_class
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import did_you_mean, one_of

_SCRATCH = "tmp"
"""Name of the volume at /tmp of every service."""


def services(team: TeamStack, pools: Mapping[str, Pool]) -> Iterator[Diagnostic]:
    stack = team.environment
    for name, service in team.file.services.items():
        keys: Keys = ("services", name)
        if problem := image_problem(service.image, team):
            yield Diagnostic((*keys, "image"), problem)
        if service.aws and not isinstance(stack.cluster, EksSettings):
            yield Diagnostic((*keys, "aws"), f"only with provider eks, got {stack.cluster.provider}")
        for volume, settings in service.volumes.items():
            if problem := unknown_class(settings.storage_class, stack, frozenset()):
                yield Diagnostic((*keys, "volumes", volume, "storageClass"), problem)
        for volume in [*service.volumes, *service.stores]:
            if volume == _SCRATCH or (volume in service.volumes and volume in service.stores):
                message = f"{_SCRATCH} always exists" if volume == _SCRATCH else "a store has the same name"
                yield Diagnostic((*keys, "volumes", volume), message)
        for store in service.stores:
            if problem := _store_problem(store, team):
                yield Diagnostic((*keys, "stores", store), problem)
        yield from _placed(keys, service, team, pools)


def obstacles_of_service(keys: Keys, service: ServiceSettings, pool: Pool) -> Iterator[Diagnostic]:
    """Reason why no node of the pool can run a replica, or None."""
    if service.gpus and not pool.gpu_resources:
        yield Diagnostic((*keys, "pool"), f"pool {pool.name} has no GPU that pods can request")
        return
    if pool.gpu_resources and not service.gpus:
        yield Diagnostic(
            (*keys, "pool"), f"pool {pool.name} is for pods with GPUs; set gpus, or another pool"
        )
        return
    yield from _gpus(keys, service, pool)
    yield from _size(keys, service, pool)


def image_problem(image: str, team: TeamStack) -> str | None:
    """Reason why an image in a repository of the team cannot be used, or None."""
    path = image.partition("@")[0].partition(":")[0]
    on_aws = isinstance(team.environment.cluster, EksSettings)
    if not on_aws or not path.startswith(f"{team.name}/") or path in team.file.repositories:
        return None
    known = did_you_mean(path, team.file.repositories) or "; add it to gpu-cluster:repositories"
    return f"no repository of the team is named '{path}'{known}"


def _store_problem(name: str, team: TeamStack) -> str | None:
    environment = team.file.team.environment
    stores = {key: it for key, it in team.environment.storage.items() if isinstance(it, StoreSettings)}
    if name not in stores:
        known = did_you_mean(name, stores) or f"; there are {', '.join(stores) or 'none'}"
        return f"no store of {environment} is named '{name}'{known}"
    allowed = sorted(stores[name].namespaces or ())
    if team.namespace in allowed:
        return None
    wanted = f"add {team.namespace} to storage.{name}.namespaces of {environment}"
    return f"{name} can only be claimed in {one_of(allowed)}; {wanted}"


def _placed(
    keys: Keys, service: ServiceSettings, team: TeamStack, pools: Mapping[str, Pool]
) -> Iterator[Diagnostic]:
    if service.gpus and not service.pool:
        yield Diagnostic((*keys, "pool"), "required key is missing with gpus; node pool")
    elif service.slice and not service.gpus:
        yield Diagnostic((*keys, "slice"), "only with gpus; remove the key")
    elif service.pool and service.pool not in pools:
        yield Diagnostic((*keys, "pool"), unknown_pool(service.pool, team.environment, frozenset()))
    elif service.pool:
        yield from obstacles_of_service(keys, service, pools[service.pool])


def _gpus(keys: Keys, service: ServiceSettings, pool: Pool) -> Iterator[Diagnostic]:
    layout = (pool.sharing and pool.sharing.mig) or {}
    if service.gpus > 1 and pool.sharing:
        message = f"pool {pool.name} shares its GPUs, so a replica gets 1; got {service.gpus}"
        yield Diagnostic((*keys, "gpus"), message)
    elif service.gpus > pool.gpus:
        node = f"a node of pool {pool.name} ({pool.machine}) has {pool.gpus}"
        yield Diagnostic((*keys, "gpus"), f"a replica requests {service.gpus} GPUs, and {node}")
    if service.slice and not layout:
        yield Diagnostic((*keys, "slice"), f"pool {pool.name} has no MIG layout; remove the key")
    elif layout and service.gpus and service.slice not in layout:
        given = f"got '{service.slice}'" if service.slice else "got none"
        near = did_you_mean(service.slice, layout) if service.slice else ""
        expected = f"expected {one_of(layout)} as in the layout of pool {pool.name}"
        yield Diagnostic((*keys, "slice"), f"{expected}, {given}{near}")


def _size(keys: Keys, service: ServiceSettings, pool: Pool) -> Iterator[Diagnostic]:
    free, node = free_capacity(pool), f"a node of pool {pool.name} ({pool.machine}) has"
    if amount(service.cpu) * 1000 > free.cpu_millis:
        message = f"a replica requests {service.cpu} of CPU, and {node} {free.cpu_millis}m for pods"
        yield Diagnostic((*keys, "cpu"), message)
    if amount(service.memory) > free.memory_bytes:
        has = f"{free.memory_bytes / 1024**3:.1f}Gi"
        yield Diagnostic(
            (*keys, "memory"), f"a replica requests {service.memory} of memory, and {node} {has} for pods"
        )
