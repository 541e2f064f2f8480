"""Leftovers of a stack in its cluster."""

import time
from collections.abc import Set

from gpu_cluster_tools.rehearsal.cluster_state.unscheduled import is_of_daemon_set
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient

_GONE_SECONDS = 60  # for objects that are deleted after their owner
_POLL_SECONDS = 0.3


def settled_objects(api: DynamicClient) -> set[str]:
    """Objects of a fresh cluster, once its controllers have given every namespace its defaults."""
    found, seen = set(api.objects()), set[str]()
    while found != seen or "serviceaccounts/kube-public/default" not in found:
        time.sleep(1)
        found, seen = set(api.objects()), found
    return found


def leftovers_in_cluster(api: DynamicClient, before: Set[str]) -> tuple[list[str], list[str]]:
    """New objects, and retained volumes.

    Nodes are no leftovers, nor are pods of DaemonSets on them.
    """
    deadline = time.monotonic() + _GONE_SECONDS
    while True:
        new = {name for name in api.objects().keys() - before if not name.startswith("nodes/")}
        new -= _on_every_node(api)
        kept = new & _retained(api)
        if new == kept or time.monotonic() > deadline:
            return sorted(new - kept), sorted(kept)
        time.sleep(_POLL_SECONDS)


def _on_every_node(api: DynamicClient) -> set[str]:
    return {
        f"pods/{pod['metadata']['namespace']}/{pod['metadata']['name']}"
        for pod in api.items("/api/v1/pods")
        if is_of_daemon_set(pod)
    }


def _retained(api: DynamicClient) -> set[str]:
    return {
        f"persistentvolumes//{volume['metadata']['name']}"
        for volume in api.items("/api/v1/persistentvolumes")
        if volume["spec"]["persistentVolumeReclaimPolicy"] == "Retain"
        and volume["status"].get("phase") == "Released"
    }
