"""Replacement of all nodes of a managed node group during an update.

EKS replaces `maxUnavailable` nodes at a time and waits up to 15 minutes for the pods of each. Source: Amazon
EKS user guide, managed-node-update-behavior, 2026-11-30.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gpu_cluster.capacity import minutes_to_replace

_GROUP = "aws:eks/nodeGroup:NodeGroup"
_REPLACING = ("launchTemplate", "releaseVersion", "version")


@dataclass(frozen=True, slots=True)
class NodeRollout:
    """All nodes of a group are replaced."""

    nodes: int
    """Nodes of the group at its maximum size."""

    at_once: int
    new_first: bool
    minutes: int
    """Time that the update is given."""

    def __str__(self) -> str:
        order = "new nodes first" if self.new_first else "old nodes first, without spare capacity"
        counted = f"{self.nodes} node{'s'[: self.nodes != 1]}"
        return (
            f"replaces every node: up to {counted}, {self.at_once} at a time, {order}, in up to "
            f"{self.minutes} min; their pods are evicted, and an eviction that is blocked for 15 min fails "
            "the update"
        )


def rollout_of(type: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> NodeRollout | None:
    """The replacement of the nodes of a resource whose inputs change; None if its nodes stay.

    rollout_of("aws:eks/nodeGroup:NodeGroup", {"version": "1.34"}, {"version": "1.35"})
    """
    if type != _GROUP or all(before.get(key) == after.get(key) for key in _REPLACING):
        return None
    update = _object(after.get("updateConfig"))
    nodes = int(_object(after.get("scalingConfig")).get("maxSize") or 0)
    at_once = int(update.get("maxUnavailable") or 1)
    return NodeRollout(
        nodes, at_once, update.get("updateStrategy") != "MINIMAL", minutes_to_replace(nodes, at_once)
    )


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}  # pyright: ignore[reportUnknownVariableType]
