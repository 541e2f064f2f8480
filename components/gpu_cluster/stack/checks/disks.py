"""EBS volumes that AWS would refuse to create."""

from collections.abc import Iterator

from gpu_cluster.config.quantity import amount
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.storage import Ebs
from gpu_cluster.stack.diagnostic import Diagnostic

_GI = 1024**3
_MOST_GI = 65_536
_IOPS_PER_GI = 500
"""Limits of gp3 (Amazon EBS user guide, General Purpose SSD volumes, 2026-11-21)."""


def disks(stack: Stack) -> Iterator[Diagnostic]:
    """Cache volumes of models have a valid size for their class."""
    for name, model in stack.serving.models.items():
        chosen = stack.storage.get((model.cache and model.cache.storage_class) or "")
        if not (model.cache and isinstance(chosen, Ebs)):
            continue
        size = amount(model.cache.size) / _GI
        least = -(-chosen.iops // _IOPS_PER_GI)
        if size < least:
            problem = (
                f"{chosen.iops} iops of class {model.cache.storage_class} require a volume of at least "
                f"{least}Gi"
            )
        elif size > _MOST_GI:
            problem = "an EBS volume has at most 64Ti"
        else:
            continue
        keys = ("serving", "models", name, "cache", "size")
        yield Diagnostic(keys, f"{problem}, got {model.cache.size}")
