"""Defaults that depend on other sections, so that every room reads finished settings."""

from components.config.cluster import LocalCluster
from components.config.network import NetworkSettings
from components.config.registry import InClusterRegistry, RegistrySettings
from components.config.serving import ModelSettings
from components.config.stack import Stack
from components.config.storage import HostPath, StorageSettings
from components.stackfile.services import called_services


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
        }
    )


def _storage(stack: Stack) -> dict[str, StorageSettings]:
    if stack.storage or not isinstance(stack.cluster, LocalCluster):
        return stack.storage
    return {"standard": HostPath(kind="host-path", default=True)}


def _network(stack: Stack) -> NetworkSettings | None:
    """With endpoints to all that the parts of the stack call, where the file does not say which."""
    network = stack.network
    if not network or network.existing or "endpoints" in network.model_fields_set:
        return network
    return network.model_copy(update={"endpoints": called_services(stack)})


def _registry(stack: Stack, default: str | None) -> RegistrySettings:
    registry = stack.registry.in_cluster
    if registry is None and isinstance(stack.cluster, LocalCluster):
        registry = InClusterRegistry()
    if registry and registry.storage_class is None:
        registry = registry.model_copy(update={"storage_class": default})
    return stack.registry.model_copy(update={"in_cluster": registry})


def _model(model: ModelSettings, stack: Stack, default: str | None) -> ModelSettings:
    """A model whose volume names its class, and which names its slice where its pool has only one."""
    cache = model.cache.model_copy(update={"storage_class": model.cache.storage_class or default})
    pool = stack.pools.get(model.pool)
    layout = list(pool.sharing.mig or ()) if pool and pool.sharing else []
    only = layout[0] if len(layout) == 1 else None
    return model.model_copy(update={"cache": cache, "slice": model.slice or only})
