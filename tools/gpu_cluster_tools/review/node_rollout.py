"""Replacement of all nodes of a managed node group during an update.

EKS replaces `maxUnavailable` nodes at a time and waits up to 15 minutes for the pods of each. Source: Amazon
EKS user guide, managed-node-update-behavior, 2026-11-30.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gpu_cluster.capacity import minutes_to_replace

_GROUP = "aws:eks/nodeGroup:NodeGroup"
_REPLACING = ("launchTemplate", "releaseVersion", "version")


@dataclass(frozen=True, slots=True)
class NodeRollout:
    """All nodes of a group are replaced."""

    nodes: int | None
    """Nodes of the group at its maximum size; None if that is not known before the update."""

    at_once: int
    new_first: bool
    minutes: int | None
    """Time that the update is given; None without the number of nodes."""

    def __str__(self) -> str:
        order = "new nodes first" if self.new_first else "old nodes first, without spare capacity"
        return (
            f"replaces every node: {self._counted}, {self.at_once} at a time, {order}, {self._time}; their "
            "pods are evicted, and an eviction that is blocked for 15 min fails the update"
        )

    @property
    def _counted(self) -> str:
        if self.nodes is None:
            return "their number is not known yet"
        return f"up to {self.nodes} node{'s'[: self.nodes != 1]}"

    @property
    def _time(self) -> str:
        return "in an unknown time" if self.minutes is None else f"in up to {self.minutes} min"


def rollout_of(type: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> NodeRollout | None:
    """The replacement of the nodes of a resource whose inputs change; None if its nodes stay.

    rollout_of("aws:eks/nodeGroup:NodeGroup", {"version": "1.34"}, {"version": "1.35"})
    """
    if type != _GROUP or all(before.get(key) == after.get(key) for key in _REPLACING):
        return None
    update = _object(after.get("updateConfig"))
    nodes = _count(_object(after.get("scalingConfig")).get("maxSize", 0))
    at_once = _count(update.get("maxUnavailable")) or 1
    minutes = None if nodes is None else minutes_to_replace(nodes, at_once)
    return NodeRollout(nodes, at_once, update.get("updateStrategy") != "MINIMAL", minutes)


def _count(value: Any) -> int | None:
    """A number of nodes; None if it is absent, or not known before the update."""
    return int(value) if isinstance(value, int | float) and 0 <= value < math.inf else None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}  # pyright: ignore[reportUnknownVariableType]
