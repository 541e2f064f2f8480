"""Inventory of a platform in its cluster: nodes by pool, and the nodes of each model's pods."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from lightkube.resources.core_v1 import Node, Pod

from gpu_cluster.capacity import Pool
from gpu_cluster_tools.rehearsal.cluster_state.not_ready import not_ready
from gpu_cluster_tools.rehearsal.cluster_state.platform_pods import UnhealthyPods, unhealthy_pods
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import KubernetesClient, is_ready, labels_of
from gpu_cluster_tools.rehearsal.errors import ForbiddenRequestError


@dataclass(frozen=True, slots=True)
class PoolNodes:
    """The nodes of one pool."""

    pool: Pool
    ready: int
    total: int

    @property
    def wanted(self) -> int | None:
        """Configured number of nodes if the current one is below the minimum or above the maximum."""
        least, most = self.pool.nodes.min, self.pool.nodes.max
        nearest = min(max(self.total, least), most)
        return None if nearest == self.total else nearest


@dataclass(frozen=True, slots=True)
class Replica:
    """A pod of a model."""

    model: str
    pod: str
    node: str | None
    """Node of the pod; None while it is pending."""

    ready: bool
    reason: str | None = None
    """Reason why it is not ready; None if it is ready or no kubelet has started it."""


@dataclass(frozen=True, slots=True)
class ClusterInventory:
    pools: tuple[PoolNodes, ...]
    replicas: tuple[Replica, ...]
    unhealthy: tuple[UnhealthyPods, ...] | None = ()
    """Further pods of the platform and its teams that are not ready; None without permission to list them."""


def inventory(
    cluster: KubernetesClient, pools: Mapping[str, Pool], namespace: str, others: Collection[str]
) -> ClusterInventory:
    """Nodes, replicas, and pods that are not ready, now.

    `namespace`: that of the models; `others`: those of the platform and its teams.
    """
    nodes = cluster.nodes()
    found = tuple(_of_pool(pool, nodes) for pool in pools.values())
    try:
        pods = cluster.pods()
    except ForbiddenRequestError:
        return ClusterInventory(found, replicas_in(cluster, namespace), unhealthy=None)
    return ClusterInventory(
        found,
        _replicas(pod for pod in pods if (pod.metadata and pod.metadata.namespace) == namespace),
        unhealthy_pods(pods, frozenset(others) - {namespace}),
    )


def replicas_in(cluster: KubernetesClient, namespace: str) -> tuple[Replica, ...]:
    """The pods of models, or of a team's services, in a namespace."""
    return _replicas(cluster.pods(namespace))


def _replicas(pods: Iterable[Pod]) -> tuple[Replica, ...]:
    return tuple(sorted(map(_replica, pods), key=lambda replica: replica.pod))


def _of_pool(pool: Pool, nodes: Iterable[Node]) -> PoolNodes:
    own = [node for node in nodes if labels_of(node).items() >= pool.selector.items()]
    return PoolNodes(pool, ready=sum(map(is_ready, own)), total=len(own))


def _replica(pod: Pod) -> Replica:
    name = (pod.metadata and pod.metadata.name) or ""
    return Replica(
        model=labels_of(pod).get("app.kubernetes.io/instance", name),
        pod=name,
        node=(pod.spec and pod.spec.nodeName) or None,
        ready=is_ready(pod),
        reason=not_ready(pod),
    )
