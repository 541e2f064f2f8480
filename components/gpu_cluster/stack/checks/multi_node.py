"""Multi-node replicas: supported engines, parallelism divisible by nodes, and shared weights."""

from collections.abc import Iterator

from gpu_cluster.capacity import engine_options
from gpu_cluster.catalog import ULTRASERVER_FAMILY
from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.model import GROUP_SUFFIX, ModelSettings
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.storage import Csi, Efs, Nfs
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.stack.checks.valid_models import valid_models
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import one_of

_WITHOUT_NVLINK = "NCCL_MNNVL_ENABLE"

SPANNING = (ServingEngine.VLLM, ServingEngine.SGLANG)
"""Engines that support multi-node replicas."""


def groups(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    """Diagnostics of models without other errors."""
    if isinstance(stack.cluster, LocalCluster):
        yield from _local(stack)
        return
    for keys, model in valid_models(stack, broken):
        if model.nodes == 1:
            continue
        if model.engine not in SPANNING:
            engines = one_of(it.value for it in SPANNING)
            message = f"engine {model.engine.value} does not support nodes; expected engine {engines}"
            yield Diagnostic((*keys, "nodes"), message)
            continue
        yield from _parallel(keys, model)
        yield from _weights(keys, model, stack)
        yield from _ultraserver(keys, model, stack)
        name = str(keys[-1])
        if f"{name}{GROUP_SUFFIX}" in stack.serving.models:
            message = f"reserved for the headless Service of {name}; choose another name"
            yield Diagnostic((*keys[:-1], f"{name}{GROUP_SUFFIX}"), message)


def _local(stack: Stack) -> Iterator[Diagnostic]:
    """Simulated nodes run no controller; a rehearsal does."""
    why = "not with provider local, which runs no LeaderWorkerSet controller"
    if stack.serving.lws_controller is not None:
        yield Diagnostic(("serving", "lwsController"), why)
    for name, model in stack.serving.models.items():
        if model.nodes > 1:
            message = f"{why}; use gpu-cluster rehearse with a stack on eks or existing"
            yield Diagnostic(("serving", "models", name, "nodes"), message)


def groups_of_team(team: TeamStack) -> Iterator[Diagnostic]:
    """Teams cannot install the controller, because it is cluster-wide."""
    for name, model in team.file.models.items():
        is_local = isinstance(team.environment.cluster, LocalCluster)
        if model.nodes > 1 and not is_local and not team.environment.serving.has_groups:
            message = (
                f"environment {team.file.team.environment} has no LeaderWorkerSet controller; set "
                "gpu-cluster:serving.lwsController: true there"
            )
            yield Diagnostic(("models", name, "nodes"), message)
        if model.nodes > 1 and f"{name}{GROUP_SUFFIX}" in team.file.services:
            message = f"reserved for the headless Service of model {name}; choose another name"
            yield Diagnostic(("services", f"{name}{GROUP_SUFFIX}"), message)


def _parallel(keys: Keys, model: ModelSettings) -> Iterator[Diagnostic]:
    """vLLM 0.26.0 places whole copies on a node, or a copy on whole nodes (config/parallel.py,
    2026-11-29)."""
    options, together = engine_options(model), model.gpus * model.nodes
    where = f"{model.gpus} GPUs on each of {model.nodes} nodes"
    if options.gpus != together:
        product = f"tensorParallel {options.tensor} x pipelineParallel {options.pipeline}"
        product += f" x dataParallel {options.data}" if options.data > 1 else ""
        message = f"{where} are {together}, and {product} is {options.gpus}; expected {together}"
        yield Diagnostic((*keys, "nodes"), message)
    elif model.gpus % options.copy_gpus and options.copy_gpus % model.gpus:
        message = (
            f"a copy of the model uses {options.copy_gpus} GPUs, and a replica has {where}; expected "
            "a whole number of copies per node, or of nodes per copy"
        )
        yield Diagnostic((*keys, "dataParallel"), message)


def _weights(keys: Keys, model: ModelSettings, stack: Stack) -> Iterator[Diagnostic]:
    if model.cache is None:
        return
    shared = [name for name, it in stack.storage.items() if _is_shared(it)]
    if model.cache.storage_class in shared:
        return
    given = model.cache.storage_class or "the default class"
    hint = f"expected {one_of(shared)}" if shared else "expected a ReadWriteMany class such as efs or nfs"
    message = (
        f"volumes of {given} are ReadWriteOnce, and {model.nodes} nodes need the weights; {hint}, or store"
    )
    yield Diagnostic((*keys, "cache", "storageClass"), message)


def _ultraserver(keys: Keys, model: ModelSettings, stack: Stack) -> Iterator[Diagnostic]:
    """NCCL detects NVLink between the servers but has no IMEX channel, so the engine exits."""
    pool = stack.pools.get(model.pool)
    setting = model.env.get(_WITHOUT_NVLINK)
    if not pool or not (pool.instance or "").startswith(ULTRASERVER_FAMILY):
        return
    if setting is None or setting.value != "0":
        message = (
            f"{pool.instance} has NVLink between servers, which requires IMEX channels of NVIDIA's DRA "
            "driver; the platform does not install it; expected 1, or env "
            f'{_WITHOUT_NVLINK}: "0" to use the network'
        )
        yield Diagnostic((*keys, "nodes"), message)


def _is_shared(settings: object) -> bool:
    """Whether volumes of the class are ReadWriteMany."""
    return isinstance(settings, Nfs | Efs) or (isinstance(settings, Csi) and settings.shared)
