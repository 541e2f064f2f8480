"""Registration, draining and removal of nodes in the cluster of this machine."""

import time
from collections.abc import Collection

from lightkube.resources.core_v1 import Node, Pod

from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import KubernetesClient, name_of
from gpu_cluster_tools.rehearsal.simulated_nodes.nodes import at_once, delete_pods, takes_pods

_POLL_SECONDS = 0.2


def join(cluster: KubernetesClient, node: Node) -> None:
    """Register one node. Every node of a node group comes in here; one that does not has not joined."""
    cluster.apply(node)


def unready(cluster: KubernetesClient, names: Collection[str], patience_seconds: float) -> list[str]:
    """Wait for nodes to take pods; those that do not in time, in order."""
    deadline = time.monotonic() + patience_seconds
    while waiting := set(names) - {name_of(node) for node in cluster.nodes() if takes_pods(node)}:
        if time.monotonic() > deadline:
            return sorted(waiting)
        time.sleep(_POLL_SECONDS)
    return []


def drain(cluster: KubernetesClient, names: Collection[str], patience_seconds: float) -> list[str]:
    """Let no pods onto nodes, and evict those that are there but for those of DaemonSets.

    Pods, as namespace/name, that disruption budgets still hold when the patience is over.
    """
    at_once(cluster.cordon, names)
    deadline = time.monotonic() + patience_seconds
    while held := [pod for pod in _pods_on(cluster, names) if not _is_of_daemon_set(pod)]:
        for pod in held:
            if pod.metadata and pod.metadata.deletionTimestamp is None:
                cluster.evict(*_key(pod))
        if time.monotonic() > deadline:
            return sorted("/".join(_key(pod)) for pod in held)
        time.sleep(_POLL_SECONDS)
    return []


def leave(cluster: KubernetesClient, names: Collection[str]) -> None:
    """Delete nodes from the cluster, with their remaining pods."""
    at_once(cluster.delete_node, names)
    delete_pods(cluster, frozenset(names))


def _pods_on(cluster: KubernetesClient, names: Collection[str]) -> list[Pod]:
    finished = ("Succeeded", "Failed")
    return [
        pod
        for pod in cluster.pods()
        if pod.spec and pod.spec.nodeName in names and not (pod.status and pod.status.phase in finished)
    ]


def _is_of_daemon_set(pod: Pod) -> bool:
    owners = (pod.metadata and pod.metadata.ownerReferences) or []
    return any(owner.kind == "DaemonSet" for owner in owners)


def _key(pod: Pod) -> tuple[str, str]:
    """Namespace and name."""
    meta = pod.metadata
    return (meta and meta.namespace) or "", (meta and meta.name) or ""
