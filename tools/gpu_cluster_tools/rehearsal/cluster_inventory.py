"""Inventory of a platform in its cluster: nodes by pool, and the nodes of each model's pods."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lightkube.resources.core_v1 import Node, Pod

from gpu_cluster.capacity import Pool
from gpu_cluster_tools.rehearsal.kubernetes_client import KubernetesClient, is_ready, labels_of
from gpu_cluster_tools.rehearsal.not_ready import not_ready


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


def inventory(cluster: KubernetesClient, pools: Mapping[str, Pool], namespace: str) -> ClusterInventory:
    """Nodes and replicas that run now. `namespace`: that of the models."""
    nodes = cluster.nodes()
    return ClusterInventory(
        pools=tuple(_of_pool(pool, nodes) for pool in pools.values()),
        replicas=replicas_in(cluster, namespace),
    )


def replicas_in(cluster: KubernetesClient, namespace: str) -> tuple[Replica, ...]:
    """The pods of models, or of a team's services, in a namespace."""
    replicas = map(_replica, cluster.pods(namespace))
    return tuple(sorted(replicas, key=lambda replica: replica.pod))


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
