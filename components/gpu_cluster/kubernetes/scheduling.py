"""Pods on the nodes of a pool."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.config.stack import Stack


def tolerations(pool: Pool) -> list[core.TolerationArgs]:
    """Tolerations of the pool's taints only."""
    return _arguments(pool.tolerations)


@dataclass(frozen=True)
class ServerNodes:
    """Nodes for a server of the platform, as values of charts and custom resources have them."""

    selector: Mapping[str, str] = field(default_factory=dict[str, str])
    tolerations: Sequence[Mapping[str, str]] = ()

    @classmethod
    def of(cls, pools: Mapping[str, Pool], name: str | None) -> "ServerNodes":
        """Nodes of the pool of this name; without one, those that servers of the platform run on."""
        if name is None:
            return cls(tolerations=_server_tolerations(pools))
        return cls(pools[name].selector, pools[name].tolerations)

    @property
    def as_values(self) -> dict[str, object]:
        """`nodeSelector` and `tolerations` of a pod, where there are any."""
        values = {"nodeSelector": dict(self.selector), "tolerations": [dict(it) for it in self.tolerations]}
        return {key: value for key, value in values.items() if value}

    @property
    def arguments(self) -> list[core.TolerationArgs]:
        return _arguments(self.tolerations)


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
    """Taints that system pods tolerate: none if a pool has no taints, otherwise the taints of all pools."""
    return _arguments(_server_tolerations(pools))


def only_gpu_pools(stack: Stack, _name: str) -> bool:
    """Whether all pools have taints, so that platform pods run on model nodes."""
    return bool(server_tolerations(pools_of(stack)))


def _server_tolerations(pools: Mapping[str, Pool]) -> list[dict[str, str]]:
    if any(not pool.taints for pool in pools.values()):
        return []
    every = [it for pool in pools.values() for it in pool.tolerations]
    return list({(it["key"], it["value"], it["effect"]): it for it in every}.values())


def _arguments(tolerated: Sequence[Mapping[str, str]]) -> list[core.TolerationArgs]:
    return [
        core.TolerationArgs(key=it["key"], operator=it["operator"], value=it["value"], effect=it["effect"])
        for it in tolerated
    ]
