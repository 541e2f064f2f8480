"""Mirrored models: downloadable from the hub, writable store, and a node for the Job."""

from collections.abc import Iterator, Mapping

from gpu_cluster.capacity import (
    HUB_NAME,
    MIRROR_CPU_MILLIS,
    MIRROR_MEMORY_BYTES,
    REVISION,
    Pool,
    free_capacity,
)
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.network import Nat
from gpu_cluster.config.serving_engine import FROM_HUB
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.stores import S3, CsiVolume, FsxLustre, NfsFolder, NodeFolder, StoreSettings
from gpu_cluster.stack.checks.valid_models import valid_models
from gpu_cluster.stack.diagnostic import Diagnostic, Keys

_MIB = 1024**2


def mirrors(
    stack: Stack, offered: Mapping[str, Pool], broken: frozenset[Keys], *, of_team: bool = False
) -> Iterator[Diagnostic]:
    """`of_team`: pods without GPUs do not run on GPU nodes."""
    for keys, model in valid_models(stack, broken):
        if not model.mirror:
            continue
        yield from _named(keys, model)
        store = stack.storage.get(model.store or "")
        if isinstance(store, StoreSettings) and (problem := _unfit(model.store or "", store)):
            yield Diagnostic((*keys, "mirror"), problem)
        if stack.network and stack.network.nat is Nat.NONE and not (stack.serving.hub or stack.offline):
            message = (
                "not with network.nat none, because the model hub is unreachable; expected "
                "serving.hub with a mirror"
            )
            yield Diagnostic((*keys, "mirror"), message)
        if problem := _homeless(offered, broken, of_team=of_team):
            yield Diagnostic((*keys, "mirror"), problem)


def _named(keys: Keys, model: ModelSettings) -> Iterator[Diagnostic]:
    if model.engine not in FROM_HUB:
        engines = ", ".join(sorted(FROM_HUB))
        message = f"only with engine {engines}, got {model.engine.value}"
        yield Diagnostic((*keys, "mirror"), message)
    if not HUB_NAME.fullmatch(model.model):
        message = f"expected a model name on the hub, got '{model.model}'"
        yield Diagnostic((*keys, "model"), message)
    if model.revision and not REVISION.fullmatch(model.revision):
        message = f"expected a commit, tag or branch that is a valid folder name, got '{model.revision}'"
        yield Diagnostic((*keys, "revision"), message)


def _unfit(name: str, store: StoreSettings) -> str | None:
    """Reason why a Job cannot write to a store, or None."""
    match store:
        case S3(writable=False) | NfsFolder(writable=False) | CsiVolume(writable=False):
            return f"the Job writes weights to {name}; expected writable: true in storage.{name}"
        case FsxLustre():
            return f"the root folder of {name} is owned by root; expected an s3 store"
        case NodeFolder():
            return f"{name} is a separate folder on each node; expected an s3, nfs-folder or csi-volume store"
        case _:
            return None


def _homeless(offered: Mapping[str, Pool], broken: frozenset[Keys], *, of_team: bool) -> str | None:
    """Reason why no node can run the Job, or None."""
    if not offered or any(keys[0] == "pools" for keys in broken):
        return None
    asked = f"{MIRROR_CPU_MILLIS}m CPU and {MIRROR_MEMORY_BYTES // _MIB}Mi"
    without = [pool for pool in offered.values() if not pool.taints]
    if without:
        free = [free_capacity(pool) for pool in without]
        if any(it.cpu_millis >= MIRROR_CPU_MILLIS and it.memory_bytes >= MIRROR_MEMORY_BYTES for it in free):
            return None
        return f"the Job requests {asked}, and no node without GPUs has enough free capacity"
    if of_team:
        return "the Job needs a node without GPUs, and the environment has no such pool"
    if any(
        pool.reserved_cpu_millis >= MIRROR_CPU_MILLIS and pool.reserved_memory_bytes >= MIRROR_MEMORY_BYTES
        for pool in offered.values()
    ):
        return None
    return (
        f"the Job requests {asked} next to models, and no pool reserves enough; raise "
        "pools.<name>.reserve, or add a pool without GPUs"
    )
