"""Memory: the weights fit the cache volume, and weights and KV cache fit the GPUs of a replica."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from math import ceil, floor, inf
from pathlib import Path

from gpu_cluster.capacity import (
    Device,
    GpuSlot,
    MemoryEstimate,
    ModelLoad,
    Pool,
    config_problem,
    engine_options,
    known_model,
    load_of,
    replica_device,
    smallest_fit,
)
from gpu_cluster.catalog import GPUS, INSTANCES, MODELS, LanguageModel, zones_with
from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.quantity import amount
from gpu_cluster.config.serving_engine import FROM_HUB, ServingEngine
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.models import obstacles
from gpu_cluster.stack.checks.valid_models import valid_models
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import CLOSE, one_of

_CONTEXT_STEP = 1024  # tokens
_MOST_NODES = 16
"""Maximum number of nodes in a suggestion."""

_MOST_GPUS = 8
"""Maximum number of GPUs in one server."""


def memory(stack: Stack, offered: Mapping[str, Pool], broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    for keys, settings in valid_models(stack, broken):
        model, pool = known_model(settings), offered.get(settings.pool)
        if settings.engine not in FROM_HUB:
            continue
        if settings.engine is not ServingEngine.VLLM:  # the formula is vLLM's
            yield from _volume(keys, settings, model) if model else ()
            continue
        if model is None:
            yield from _undescribed(keys, settings) or (
                [_unknown(keys, settings)] if stack.production else _unmeasured(keys, settings, pool)
            )
            continue
        yield from _volume(keys, settings, model)
        if problem := _too_long(settings, model):
            yield Diagnostic((*keys, "context"), problem)
        elif pool is None or any(obstacles(keys, settings, pool)):
            continue
        elif problem := _unshareable(settings, model, pool):
            yield Diagnostic((*keys, "gpus"), problem)
        elif problem := _too_large(settings, model, pool, offered, stack):
            yield Diagnostic((*keys, "model"), problem)


def _undescribed(keys: Keys, settings: ModelSettings) -> list[Diagnostic]:
    """Errors of `like` and `config`: an unknown model, or an unusable file."""
    if settings.like:
        return [Diagnostic((*keys, "like"), f"unknown model '{settings.like}'{near_model(settings.like)}")]
    if settings.config and (problem := config_problem(settings.config)):
        return [Diagnostic((*keys, "config"), f"{Path(settings.config).name}: {problem}")]
    return []


def _unknown(keys: Keys, settings: ModelSettings) -> Diagnostic:
    """Unknown models are an error in production, and a note otherwise."""
    ways = "expected like, config, shape or weights with production: true"
    message = f"memory of model '{settings.model}' cannot be checked, because the model is unknown; {ways}"
    return Diagnostic((*keys, "model"), message + near_model(settings.model))


def near_model(name: str) -> str:
    """Suggestion of the known model with the nearest name."""
    same = [known for known in MODELS if known.lower() == name.lower()]
    near = same or get_close_matches(name, MODELS, n=1, cutoff=CLOSE)
    return f", did you mean '{near[0]}'?" if near else ""


def _unmeasured(keys: Keys, settings: ModelSettings, pool: Pool | None) -> Iterator[Diagnostic]:
    """With time-slicing, the size of the KV cache is set in bytes and depends on the weights."""
    sliced = pool and pool.sharing and pool.sharing.time_slicing
    if pool and sliced and not any(obstacles(keys, settings, pool)):
        message = (
            f"required on pool {pool.name} with time-sliced GPUs, because the model is not in the catalog"
        )
        yield Diagnostic((*keys, "weights"), f"{message}; total size of the weights, such as 16Gi")


def _volume(keys: Keys, settings: ModelSettings, model: LanguageModel) -> Iterator[Diagnostic]:
    if settings.cache and amount(settings.cache.size) < model.download:
        message = f"{settings.cache.size} is too small for the weights of {model.name}, {_gi(model.download)}"
        yield Diagnostic((*keys, "cache", "size"), message)


def _too_long(settings: ModelSettings, model: LanguageModel) -> str | None:
    if not (settings.context and model.context) or settings.context <= model.context:
        return None
    return f"{settings.context} tokens exceed the maximum context of {model.name}, {model.context}"


def _unshareable(settings: ModelSettings, model: LanguageModel, pool: Pool) -> str | None:
    tensor = engine_options(settings).tensor
    if model.splits_over(tensor):
        return None
    right = one_of(str(count) for count in range(1, pool.gpus + 1) if model.splits_over(count))
    heads = f"{model.heads} attention heads"
    if kv_heads := max((each.heads for each in model.cache if not each.state), default=0):
        heads += f" and {kv_heads} key-value heads"
    return f"{tensor} GPUs do not divide the {heads} of {model.name}; expected {right}"


def _too_large(
    settings: ModelSettings, model: LanguageModel, pool: Pool, offered: Mapping[str, Pool], stack: Stack
) -> str | None:
    if not pool.gpu:
        return None
    load, device = load_of(settings, model), replica_device(settings, pool)
    gpus = settings.gpus * settings.nodes
    if load.fits(device, gpus):
        return None
    options, who, copies = engine_options(settings), "a replica", 0
    if options.data > 1:  # reported for one copy
        load, gpus, copies = replace(load, options=replace(options, data=1)), options.copy_gpus, gpus
        who = "each copy in a replica"
    needs = _needed(load, load.need(device, gpus), gpus)
    where = f"{settings.nodes} nodes of pool {pool.name}" if settings.nodes > 1 else f"pool {pool.name}"
    gets = f"{who} on {where} has {_gi(device.usable_bytes * gpus, floor)}"
    if settings.nodes > 1:
        ways = [*_lighter(load, device, gpus), *_wider(load, device, pool, settings.nodes)]
    else:
        roomier = [*_roomier(load, pool, offered, copies)]
        if not roomier:
            wider = [] if isinstance(stack.cluster, LocalCluster) else [*_wider(load, device, pool, 1)]
            machines = [*(_server(load, pool) if _is_own(stack) else _instance(load, stack.region))]
            roomier = [*wider, *machines] if pool.gpus > 1 else machines or wider
        ways = [*_lighter(load, device, gpus), *roomier]
    return f"{needs}, and {gets}; {f'it fits {one_of(ways)}' if ways else f'no {_machine(stack)} holds it'}"


def _needed(load: ModelLoad, need: MemoryEstimate, gpus: int) -> str:
    model = load.model
    weights = f"{_gi(need.weights * gpus)} of {model.precision} weights".replace("  ", " ")
    tokens = f"{load.concurrency} times {load.context}" if load.concurrency else str(load.context)
    remembered = f"{_gi(need.cache * gpus)} for {tokens} tokens, " if need.cache else ""
    parts = f"{weights}, {remembered}{_gi(need.working * gpus)} working memory"
    least = "" if need.cache else "at least "
    return f"{model.name} needs {least}{_gi(need.total * gpus, ceil)} of GPU memory ({parts})"


def _lighter(load: ModelLoad, device: Device, gpus: int) -> Iterator[str]:
    """Smaller settings that fit on the same GPUs."""
    if not load.model.cache:  # only its weights are known
        return
    steps = _most(
        load.context // _CONTEXT_STEP,
        lambda steps: replace(load, context=steps * _CONTEXT_STEP).fits(device, gpus),
    )
    if steps:
        yield f"with context: {steps * _CONTEXT_STEP}"
    sequences = _most(
        load.concurrency or device.sequences,
        lambda sequences: replace(load, concurrency=sequences).fits(device, gpus),
    )
    if sequences:
        yield f"with concurrency: {sequences}"


def _most(limit: int, fits: Callable[[int], bool]) -> int:
    """Largest fitting value up to the limit, or 0."""
    return bisect_left(range(1, limit + 1), True, key=lambda count: not fits(count))


def _roomier(load: ModelLoad, pool: Pool, offered: Mapping[str, Pool], copies: int) -> Iterator[str]:
    """Settings that fit: fewer copies on `copies` GPUs, more GPUs of the pool, or the smallest fit on
    another pool."""
    slots = {
        each.name: slot
        for each in offered.values()
        if (slot := smallest_fit(load, each.gpu, each.gpus, each.sharing))
    }
    here = slots.pop(pool.name, None)
    if here and here.gpus <= copies:
        yield f"with dataParallel: {copies // here.gpus}"
    elif here:
        yield f"with {_keys(here)}"
    if slots:
        name = min(slots, key=lambda name: slots[name].usable_bytes)
        yield f"on pool {name} with {_keys(slots[name])}"


def _wider(load: ModelLoad, device: Device, pool: Pool, nodes: int) -> Iterator[str]:
    """More nodes per replica with pipeline parallelism, for whole GPUs."""
    if pool.sharing or load.options is None:
        return
    for count in range(nodes + 1, min(_MOST_NODES, pool.nodes.max) + 1):
        options = replace(load.options, tensor=pool.gpus, pipeline=count, data=1)
        if replace(load, options=options).fits(device, pool.gpus * count):
            yield f"with gpus: {pool.gpus} and nodes: {count}"
            return


def _is_own(stack: Stack) -> bool:
    """Whether servers are the user's own, which no instance type replaces."""
    return isinstance(stack.cluster, ExistingCluster)


def _machine(stack: Stack) -> str:
    if _is_own(stack):
        return "server of the catalog's GPUs"
    return f"instance type of {stack.region}" if stack.region else "instance type"


def _server(load: ModelLoad, pool: Pool) -> Iterator[str]:
    """Suggestions of a server with enough GPUs of the same kind, or of the smallest kind that fits."""
    others = sorted(GPUS.values(), key=lambda gpu: gpu.memory_mib)
    for gpu in (*([pool.gpu] if pool.gpu else []), *others):
        if slot := smallest_fit(load, gpu, _MOST_GPUS):
            yield f"on servers with {slot.gpus} whole {gpu.name} and {_keys(slot)}"
            return


def _instance(load: ModelLoad, region: str | None) -> Iterator[str]:
    """The cheapest that the region offers."""
    for instance in sorted(INSTANCES.values(), key=lambda instance: instance.hourly_usd or inf):
        if region and zones_with(instance.name, region) == ():
            continue
        slot = smallest_fit(load, instance.gpu, instance.gpus)
        if slot:
            yield f"on a pool of {instance.name} with {_keys(slot)}"
            return


def _keys(slot: GpuSlot) -> str:
    """Keys of a model for this slot."""
    return f"slice: {slot.profile}" if slot.profile else f"gpus: {slot.gpus}"


def _gi(size: int, rounded: Callable[[float], int] = round) -> str:
    return f"{rounded(size / 1024**3 * 10) / 10}Gi"
