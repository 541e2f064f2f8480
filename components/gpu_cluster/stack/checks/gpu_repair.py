"""Repair of nodes with a faulty GPU: where nothing else repairs them, and where there are GPUs."""

from collections.abc import Iterator, Mapping

from gpu_cluster.capacity import Pool
from gpu_cluster.config.cluster import ExistingCluster
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.region import on_aws
from gpu_cluster.stack.diagnostic import Diagnostic, Keys

_KEYS: Keys = ("gpu", "repair")


def gpu_repair(stack: Stack, offered: Mapping[str, Pool], broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    if not stack.gpu.repair:
        return
    if not isinstance(stack.cluster, ExistingCluster):
        hint = "; on EKS pools repair their nodes, pools.<name>.repair" if on_aws(stack) else ""
        yield Diagnostic(_KEYS, f"only with provider existing, got {stack.cluster.provider}{hint}")
    elif not any(pool.gpus for pool in offered.values()) and not any(keys[0] == "pools" for keys in broken):
        yield Diagnostic(_KEYS, "no pool has GPUs; remove the key")
