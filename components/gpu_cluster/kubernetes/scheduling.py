"""Pods on the nodes of a pool."""

from collections.abc import Mapping

from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.config.stack import Stack


def tolerations(pool: Pool) -> list[core.TolerationArgs]:
    """Tolerations of the pool's taints only."""
    return [
        core.TolerationArgs(
            key=toleration["key"],
            operator=toleration["operator"],
            value=toleration["value"],
            effect=toleration["effect"],
        )
        for toleration in pool.tolerations
    ]


def spread_over_hosts(
    labels: dict[str, str], revision: str = "pod-template-hash"
) -> core.TopologySpreadConstraintArgs:
    """Spread as evenly as capacity allows, also after an update."""
    return core.TopologySpreadConstraintArgs(
        max_skew=1,
        topology_key="kubernetes.io/hostname",
        when_unsatisfiable="ScheduleAnyway",
        label_selector=meta.LabelSelectorArgs(match_labels=labels),
        match_label_keys=[revision],
    )


def server_tolerations(pools: Mapping[str, Pool]) -> list[core.TolerationArgs]:
    """Taints that servers tolerate: none while a pool takes any pod, else those of all pools."""
    if any(not pool.taints for pool in pools.values()):
        return []
    every = [it for pool in pools.values() for it in tolerations(pool)]
    return list({(it.key, it.value, it.effect): it for it in every}.values())


def only_gpu_pools(stack: Stack, _name: str) -> bool:
    """Whether all pools have taints, so that platform pods run on model nodes."""
    return bool(server_tolerations(pools_of(stack)))
