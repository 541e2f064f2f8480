"""Models: the pool exists and can run at least one replica."""

from collections.abc import Iterator

from gpu_cluster.capacity import Pool, free_capacity, request_of
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.storage import unknown_class, unknown_store
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import did_you_mean, one_of


def models(stack: Stack, offered: dict[str, Pool], broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    for name, model in stack.serving.models.items():
        keys: Keys = ("serving", "models", name)
        if model.cache and (problem := unknown_class(model.cache.storage_class, stack, broken)):
            yield Diagnostic((*keys, "cache", "storageClass"), problem)
        if model.store and (problem := unknown_store(model.store, stack, broken)):
            yield Diagnostic((*keys, "store"), problem)
        if model.pool in offered:
            yield from obstacles(keys, model, offered[model.pool])
        elif ("pools", model.pool) not in broken and ("pools",) not in broken:
            yield Diagnostic((*keys, "pool"), unknown_pool(model.pool, stack, broken))


def obstacles(keys: Keys, model: ModelSettings, pool: Pool) -> Iterator[Diagnostic]:
    """Reason why no node of the pool can run a replica, or None."""
    if not pool.gpu_resources:
        yield Diagnostic((*keys, "pool"), f"pool {pool.name} has no GPU that pods can request")
        return
    diagnostics = [*_gpus(keys, model, pool), *_nodes(keys, model, pool), *_slice(keys, model, pool)]
    yield from diagnostics or _size(keys, model, pool)


def unknown_pool(name: str, stack: Stack, broken: frozenset[Keys]) -> str:
    """Diagnostic of an unknown pool."""
    faulty = sorted(str(keys[1]) for keys in broken if keys[0] == "pools" and len(keys) > 1)
    known = dict.fromkeys([*stack.pools, *faulty])
    near = did_you_mean(name, known, cutoff=0.5) or f"; there are {', '.join(known) or 'none'}"
    return f"unknown pool '{name}'{near}"


def _gpus(keys: Keys, model: ModelSettings, pool: Pool) -> Iterator[Diagnostic]:
    if pool.sharing and model.gpus > 1:
        message = f"pool {pool.name} shares its GPUs, so a replica gets 1; got {model.gpus}"
        yield Diagnostic((*keys, "gpus"), message)
    elif model.gpus > pool.gpus:
        node = f"a node of pool {pool.name} ({pool.machine}) has {pool.gpus}"
        yield Diagnostic((*keys, "gpus"), f"a replica requests {model.gpus} GPUs, and {node}")


def _nodes(keys: Keys, model: ModelSettings, pool: Pool) -> Iterator[Diagnostic]:
    """A multi-node replica uses all GPUs of its nodes, and all nodes are in one zone."""
    if model.nodes == 1:
        return
    if pool.sharing:
        message = f"pool {pool.name} shares its GPUs, and a multi-node replica needs whole GPUs"
        yield Diagnostic((*keys, "nodes"), f"{message}; remove the key, or set another pool")
    elif model.gpus < pool.gpus:
        whole = f"a replica on {model.nodes} nodes uses whole nodes of pool {pool.name} ({pool.machine})"
        yield Diagnostic((*keys, "gpus"), f"{whole}; expected {pool.gpus}, got {model.gpus}")
    elif model.nodes > pool.nodes.max:
        yield Diagnostic((*keys, "nodes"), f"pool {pool.name} has at most {pool.nodes.max} nodes")
    if len(pool.zones) > 1:
        zones = " and ".join(pool.zones)
        message = f"a replica on {model.nodes} nodes needs one zone, and pool {pool.name} is in {zones}"
        yield Diagnostic((*keys, "pool"), f"{message}; set zones of the pool to one zone")


def _slice(keys: Keys, model: ModelSettings, pool: Pool) -> Iterator[Diagnostic]:
    keys = (*keys, "slice")
    layout = (pool.sharing and pool.sharing.mig) or {}
    if model.slice and not layout:
        yield Diagnostic(keys, f"pool {pool.name} has no MIG layout; remove the key")
    elif model.slice and model.slice not in layout:
        message = f"expected {one_of(layout)} as in the layout of pool {pool.name}, got '{model.slice}'"
        yield Diagnostic(keys, message + did_you_mean(model.slice, layout))
    elif layout and not model.slice:
        yield Diagnostic(keys, f"required key is missing; expected {one_of(layout)} of pool {pool.name}")


def _size(keys: Keys, model: ModelSettings, pool: Pool) -> Iterator[Diagnostic]:
    request, free = request_of(model, pool), free_capacity(pool)
    node = f"a node of pool {pool.name} ({pool.machine}) has"
    if request.cpu_millis > free.cpu_millis:
        message = f"a replica requests {request.cpu_millis}m of CPU, and {node} {free.cpu_millis}m for models"
        yield Diagnostic((*keys, "cpu"), message)
    if request.memory_bytes > free.memory_bytes:
        asked, has = request.memory_bytes / 1024**3, free.memory_bytes / 1024**3
        message = f"a replica requests {asked:.1f}Gi of memory, and {node} {has:.1f}Gi for models"
        yield Diagnostic((*keys, "memory"), message)
