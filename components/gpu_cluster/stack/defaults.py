"""Defaults that depend on other sections."""

from dataclasses import replace
from typing import TypeVar

from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.config.containers import Variable
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.model_options import ModelCache
from gpu_cluster.config.network import NetworkSettings
from gpu_cluster.config.registry import InClusterRegistry, RegistrySettings, UpstreamName
from gpu_cluster.config.services import ServiceSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.storage import Ebs, HostPath, StorageSettings
from gpu_cluster.config.stores import StoreSettings
from gpu_cluster.config.team_grants import TeamSettings
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.config.telemetry import TelemetrySettings
from gpu_cluster.stack.required_endpoints import required_endpoints

_Volume = TypeVar("_Volume", bound=ModelCache)


def with_defaults(stack: Stack) -> Stack:
    """The stack with the storage class and registry of its place, the class of every volume and the slice of
    every model."""
    storage = _storage(stack)
    default = next((name for name, settings in storage.items() if settings.default), None)
    models = {name: _model(model, stack, default) for name, model in stack.serving.models.items()}
    return stack.model_copy(
        update={
            "storage": storage,
            "network": _network(stack),
            "registry": _registry(stack, default),
            "serving": stack.serving.model_copy(update={"models": models}),
            "teams": {name: _granted(name, team) for name, team in stack.teams.items()},
            "telemetry": _telemetry(stack),
        }
    )


def _granted(name: str, team: TeamSettings) -> TeamSettings:
    return team.model_copy(update={"namespace": team.namespace or name})


def with_team_defaults(team: TeamStack) -> TeamStack:
    """The same of a team's stack, with the classes of its environment."""
    stack, file = team.environment, team.file
    default = next((name for name, settings in stack.storage.items() if settings.default), None)
    models = {name: _model(model, stack, default) for name, model in file.models.items()}
    services = {name: _service(service, stack, default) for name, service in file.services.items()}
    return replace(team, file=file.model_copy(update={"models": models, "services": services}))


def _storage(stack: Stack) -> dict[str, StorageSettings]:
    """Storage with a default class, and with the namespaces that claim its stores."""
    match stack.cluster:
        case LocalCluster():
            return stack.storage or {"standard": HostPath(kind="host-path", default=True)}
        case ExistingCluster():
            return _claimed(stack)
        case EksSettings():
            given = _claimed(stack)
            only_stores = all(isinstance(settings, StoreSettings) for settings in given.values())
            return {"gp3": Ebs(kind="ebs", default=True), **given} if only_stores else given


def _claimed(stack: Stack) -> dict[str, StorageSettings]:
    """Stores that name no namespaces are for models."""
    models = {"namespaces": frozenset({stack.serving.namespace})}
    return {
        name: it.model_copy(update=models) if isinstance(it, StoreSettings) and it.namespaces is None else it
        for name, it in stack.storage.items()
    }


def _network(stack: Stack) -> NetworkSettings | None:
    """Network with endpoints for all services that the stack calls, unless the file lists them."""
    network = stack.network
    if not network or network.existing or "endpoints" in network.model_fields_set:
        return network
    return network.model_copy(update={"endpoints": required_endpoints(stack)})


def _telemetry(stack: Stack) -> TelemetrySettings:
    """With provider local exporters have no image, and the real nodes would wait for one."""
    if isinstance(stack.cluster, LocalCluster) and "telemetry" not in stack.model_fields_set:
        return TelemetrySettings(enabled=False)
    return stack.telemetry


def _registry(stack: Stack, default: str | None) -> RegistrySettings:
    registry = stack.registry.in_cluster
    if registry is None and isinstance(stack.cluster, LocalCluster):
        registry = InClusterRegistry()
    if registry and registry.storage_class is None:
        registry = registry.model_copy(update={"storage_class": default})
    return stack.registry.model_copy(update={"in_cluster": registry, **_caches(stack)})


def _caches(stack: Stack) -> dict[str, frozenset[UpstreamName]]:
    """Upstreams that ECR caches without credentials, unless the file names some, or a mirror."""
    settings = stack.registry
    if not isinstance(stack.cluster, EksSettings) or settings.mirror or settings.mirrors is not None:
        return {}
    return {"mirrors": frozenset({UpstreamName.ECR_PUBLIC, UpstreamName.K8S, UpstreamName.QUAY})}


def _model(model: ModelSettings, stack: Stack, default: str | None) -> ModelSettings:
    """A model whose volume names its class, and which names its slice where its pool has only one."""
    cache = model.cache and _classed(model.cache, default)
    hub = stack.serving.hub if model.cache else None
    endpoint = {"HF_ENDPOINT": Variable(value=hub.url)} if hub else {}
    return model.model_copy(
        update={
            "cache": cache,
            "env": endpoint | model.env,
            "slice": model.slice or _only_slice(model.pool, stack),
        }
    )


def _service(service: ServiceSettings, stack: Stack, default: str | None) -> ServiceSettings:
    volumes = {name: _classed(volume, default) for name, volume in service.volumes.items()}
    only = _only_slice(service.pool, stack) if service.pool and service.gpus else None
    return service.model_copy(update={"volumes": volumes, "slice": service.slice or only})


def _classed(volume: _Volume, default: str | None) -> _Volume:
    return volume.model_copy(update={"storage_class": volume.storage_class or default})


def _only_slice(name: str, stack: Stack) -> str | None:
    pool = stack.pools.get(name)
    layout = list(pool.sharing.mig or ()) if pool and pool.sharing else []
    return layout[0] if len(layout) == 1 else None
