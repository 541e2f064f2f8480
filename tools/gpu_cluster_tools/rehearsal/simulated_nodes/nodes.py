"""Simulated nodes: registered as the machines of each pool would be, and kept ready by kwok."""

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from lightkube.models.core_v1 import NodeAddress, NodeSpec, NodeStatus, NodeSystemInfo, Taint
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Node, Pod

from gpu_cluster.capacity import POOL_LABEL, Pool
from gpu_cluster_tools.rehearsal.control_plane.component_options import SIMULATED
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import (
    KubernetesClient,
    annotation_of,
    is_ready,
    labels_of,
    name_of,
)
from gpu_cluster_tools.rehearsal.errors import RehearsalError

ZONES = ("local-a", "local-b", "local-c")
"""Zones that the nodes of each pool take turns in."""

REAL_NODE_LABEL = "gpu-cluster/real-node"
"""Label of nodes that have a kubelet, whatever simulates the others."""

_MANIFEST = "gpu-cluster/manifest"  # digest of what a node was made from; what was changed by hand stays
_NOT_READY = "node.kubernetes.io/not-ready"
_REQUESTS_AT_ONCE = 16
_READY_SECONDS = 120
_POLL_SECONDS = 0.2

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Changes:
    """Names of the nodes that were touched."""

    created: tuple[str, ...]
    updated: tuple[str, ...]
    removed: tuple[str, ...]


def simulate(pools: Mapping[str, Pool], real: Collection[str] = ()) -> list[Node]:
    """Each pool at its smallest size: nodes `<pool>-0`, `<pool>-1` and so on.

    `real`: names of pools whose nodes have kubelets, which say themselves what their machines are.
    """
    return [
        _node(pool, number, real=pool.name in real)
        for pool in pools.values()
        for number in range(pool.nodes.min)
    ]


def reconcile(cluster: KubernetesClient, pools: Mapping[str, Pool], real: Collection[str] = ()) -> Changes:
    """Reconcile the cluster's nodes with the pools, and wait until the simulated ones are Ready.

    Nodes outside the pools are not changed. Pods of removed nodes are deleted, as when a node group shrinks.
    `RehearsalError` if a node does not become Ready.
    """
    wanted = {name_of(node): node for node in simulate(pools, real)}
    _remove_other_kind(cluster, wanted)
    present = {name_of(node): annotation_of(node, _MANIFEST) for node in cluster.nodes(label=POOL_LABEL)}
    created = [name for name in wanted if name not in present]
    updated = [
        name for name in wanted if name in present and present[name] != annotation_of(wanted[name], _MANIFEST)
    ]
    removed = [name for name in present if name not in wanted]

    at_once(lambda name: cluster.apply(wanted[name]), created)
    at_once(lambda name: _update(cluster, wanted[name]), updated)
    at_once(cluster.delete_node, removed)
    if removed:
        delete_pods(cluster, frozenset(removed))
    _await_ready(cluster, (name for name, node in wanted.items() if not is_real(node)))
    return Changes(tuple(created), tuple(updated), tuple(removed))


def _node(pool: Pool, number: int, *, real: bool) -> Node:
    name = f"{pool.name}-{number}"
    place = {
        "kubernetes.io/hostname": name,
        "topology.kubernetes.io/region": "local",
        "topology.kubernetes.io/zone": ZONES[number % len(ZONES)],
    }
    extended = {resource: str(count) for resource, count in pool.extended.items()}
    labels = place | dict(pool.labels)
    spec = NodeSpec(
        taints=[
            Taint(key=taint["key"], value=taint["value"], effect=taint["effect"]) for taint in pool.taints
        ]
    )
    status = NodeStatus(
        capacity=pool.capacity.quantities() | extended,
        allocatable=pool.allocatable.quantities() | extended,
        addresses=[NodeAddress(type="Hostname", address=name)],
        nodeInfo=system_info(pool.architecture),
    )
    manifest = hashlib.sha256(repr((labels, spec, status)).encode()).hexdigest()[:16]
    if real:
        marked = {_MANIFEST: f"real-{manifest}"}  # and nothing by which kwok would play it
        labels |= {REAL_NODE_LABEL: "true"}
        return Node(metadata=ObjectMeta(name=name, labels=labels, annotations=marked), spec=spec)
    annotations = {**SIMULATED, _MANIFEST: manifest}
    return Node(
        metadata=ObjectMeta(name=name, labels=labels, annotations=annotations), spec=spec, status=status
    )


def is_real(node: Node) -> bool:
    return REAL_NODE_LABEL in labels_of(node)


def _remove_other_kind(cluster: KubernetesClient, wanted: Mapping[str, Node]) -> None:
    """Remove nodes that are simulated and should be real, or the other way round, with their pods."""
    present = {name_of(node): is_real(node) for node in cluster.nodes(label=POOL_LABEL)}
    other = [name for name, real in present.items() if name in wanted and is_real(wanted[name]) != real]
    at_once(cluster.delete_node, other)
    if other:
        delete_pods(cluster, frozenset(other))


def system_info(architecture: str) -> NodeSystemInfo:
    """System info of a kubelet; kwok fills in empty values."""
    return NodeSystemInfo(
        architecture=architecture,
        operatingSystem="linux",
        bootID="",
        containerRuntimeVersion="",
        kernelVersion="",
        kubeProxyVersion="",
        kubeletVersion="",
        machineID="",
        osImage="",
        systemUUID="",
    )


def _update(cluster: KubernetesClient, wanted: Node) -> None:
    """Update amounts first: the digest marks the node as complete."""
    if not is_real(wanted):
        cluster.resize(wanted)
    cluster.apply(wanted)


def delete_pods(cluster: KubernetesClient, nodes: frozenset[str]) -> None:
    """Delete the pods of nodes that are gone, as no kubelet is left to do."""
    stranded = [pod for pod in cluster.pods() if pod.spec and pod.spec.nodeName in nodes]
    at_once(lambda pod: _delete_pod(cluster, pod), stranded)


def _delete_pod(cluster: KubernetesClient, pod: Pod) -> None:
    if pod.metadata and pod.metadata.namespace and pod.metadata.name:
        cluster.delete_pod(pod.metadata.namespace, pod.metadata.name)


def takes_pods(node: Node) -> bool:
    """True if the node is Ready and the controllers have removed its not-ready taint."""
    taints = (node.spec and node.spec.taints) or []
    return is_ready(node) and all(taint.key != _NOT_READY for taint in taints)


def _await_ready(cluster: KubernetesClient, wanted: Iterable[str]) -> None:
    waiting = set(wanted)
    deadline = time.monotonic() + _READY_SECONDS
    while waiting := waiting - {name_of(node) for node in cluster.nodes() if takes_pods(node)}:
        if time.monotonic() > deadline:
            raise RehearsalError(
                f"{len(waiting)} simulated nodes are not Ready after {_READY_SECONDS} s: {min(waiting)} …\n"
                "`make down` removes the local cluster, `make up` creates a new one."
            )
        time.sleep(_POLL_SECONDS)


def at_once(do: Callable[[T], None], items: Iterable[T], number: int = _REQUESTS_AT_ONCE) -> None:
    """Do it for every item, a bounded number at a time. The first error ends it."""
    with ThreadPoolExecutor(number) as pool:
        for _ in pool.map(do, items):
            pass
