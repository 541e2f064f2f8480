"""A node pool, worked out from its settings and the catalog."""

from collections.abc import Mapping
from dataclasses import dataclass

from components.catalog import Gpu
from components.config.cluster import ExistingCluster
from components.config.pools import PoolSettings, Sharing, Taint
from components.config.span import Span
from components.config.stack import Stack
from components.pools.hardware import Hardware, hardware_of
from components.pools.resources import Resources, allocatable

POOL_LABEL = "gpu-cluster/pool"
GPU_RESOURCE = "nvidia.com/gpu"
GPU_TAINT = "nvidia.com/gpu"


@dataclass(frozen=True)
class Pool:
    """A node pool with everything that its settings and the catalog imply."""

    name: str
    nodes: Span
    machine: str
    """Instance type, or `machine` for a server that is in no cloud's catalog."""

    architecture: str
    """amd64 or arm64."""

    gpu: Gpu | None
    gpus: int
    """Physical GPUs of one node."""

    sharing: Sharing | None
    extended: Mapping[str, int]
    """Extended resources that one node offers to pods, such as {"nvidia.com/gpu": 4}."""

    capacity: Resources
    """What one node has."""

    allocatable: Resources
    """What one node leaves to pods."""

    labels: Mapping[str, str]
    """Labels that its nodes carry."""

    selector: Mapping[str, str]
    """Those of the labels that tell its nodes from the nodes of every other pool."""

    taints: tuple[dict[str, str], ...]
    """Taints of its nodes, each with key, value and effect."""

    tolerations: tuple[dict[str, str], ...]
    """Tolerations of exactly those taints."""


def pools_of(stack: Stack) -> dict[str, Pool]:
    """The pools of a validated stack by name, in the order of the file."""
    found = isinstance(stack.cluster, ExistingCluster)
    return {
        name: (_found_pool if found else _made_pool)(name, settings) for name, settings in stack.pools.items()
    }


def mig_resource(profile: str) -> str:
    """Extended resource of a MIG profile under the device plugin's `mixed` strategy."""
    return f"nvidia.com/mig-{profile}"


def _made_pool(name: str, settings: PoolSettings) -> Pool:
    """Nodes that are made for the stack, and labelled by it."""
    hardware = hardware_of(settings)
    selector = {POOL_LABEL: name}
    labels = _node_labels(hardware) | _gpu_labels(hardware, settings.sharing) | settings.labels | selector
    return _pool(name, settings, hardware, labels=labels, selector=selector)


def _found_pool(name: str, settings: PoolSettings) -> Pool:
    """Nodes that were there before the stack, and are found by the labels they have."""
    hardware = hardware_of(settings)
    selector = settings.labels or {POOL_LABEL: name}
    return _pool(name, settings, hardware, labels=_node_labels(hardware) | selector, selector=selector)


def _pool(
    name: str,
    settings: PoolSettings,
    hardware: Hardware,
    *,
    labels: Mapping[str, str],
    selector: Mapping[str, str],
) -> Pool:
    taints = tuple(
        {"key": key, "value": taint.value, "effect": taint.effect}
        for key, taint in _taints(settings, hardware).items()
    )
    return Pool(
        name=name,
        nodes=settings.nodes,
        machine=hardware.instance_type or "machine",
        architecture=hardware.architecture,
        gpu=hardware.gpu,
        gpus=hardware.gpus,
        sharing=settings.sharing,
        extended=_extended(hardware.gpus, settings.sharing),
        capacity=hardware.capacity,
        allocatable=allocatable(hardware.capacity),
        labels=labels,
        selector=selector,
        taints=taints,
        tolerations=tuple({**taint, "operator": "Equal"} for taint in taints),
    )


def _extended(gpus: int, sharing: Sharing | None) -> dict[str, int]:
    if not gpus:
        return {}
    if sharing and sharing.mig:
        return {mig_resource(profile): count * gpus for profile, count in sharing.mig.items()}
    return {GPU_RESOURCE: gpus * _pods_per_gpu(sharing)}


def _pods_per_gpu(sharing: Sharing | None) -> int:
    return (sharing.time_slicing or sharing.mps or 1) if sharing else 1


def _taints(settings: PoolSettings, hardware: Hardware) -> dict[str, Taint]:
    """Every GPU pool keeps other pods away; where the stack says how, its word counts."""
    return ({GPU_TAINT: Taint(value="present")} if hardware.gpus else {}) | settings.taints


def _node_labels(hardware: Hardware) -> dict[str, str]:
    """What kubelet and cloud put on a node."""
    labels = {"kubernetes.io/arch": hardware.architecture, "kubernetes.io/os": "linux"}
    if hardware.instance_type:
        labels["node.kubernetes.io/instance-type"] = hardware.instance_type
    return labels


def _gpu_labels(hardware: Hardware, sharing: Sharing | None) -> dict[str, str]:
    """What GPU feature discovery would find, so that selectors written for it work without it."""
    if not hardware.gpu:
        return {}
    shared = _pods_per_gpu(sharing) > 1
    return {
        "nvidia.com/gpu.present": "true",
        "nvidia.com/gpu.product": hardware.gpu.product + ("-SHARED" if shared else ""),
        "nvidia.com/gpu.count": str(hardware.gpus),
        "nvidia.com/gpu.memory": str(hardware.gpu.memory_mib),
    }
