"""Pods on the nodes of a pool."""

from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.capacity import Pool


def tolerations(pool: Pool) -> list[core.TolerationArgs]:
    """Of the pool's own taints, and of no others."""
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
    """As even as there is room; after an update too."""
    return core.TopologySpreadConstraintArgs(
        max_skew=1,
        topology_key="kubernetes.io/hostname",
        when_unsatisfiable="ScheduleAnyway",
        label_selector=meta.LabelSelectorArgs(match_labels=labels),
        match_label_keys=[revision],
    )
