"""A node pool, worked out from its settings and the catalog."""

from collections.abc import Mapping
from dataclasses import dataclass

from gpu_cluster.capacity.gpu_assignment import Handover, handover_of
from gpu_cluster.capacity.known_hardware import KnownHardware, known_hardware
from gpu_cluster.capacity.node_hardware import Hardware, eks_hardware_of, hardware_of
from gpu_cluster.capacity.node_labels import (
    MIG_LABEL,
    POOL_LABEL,
    aws_labels,
    gpu_labels,
    node_labels,
    pods_per_gpu,
)
from gpu_cluster.capacity.resources import GIB, Resources
from gpu_cluster.capacity.root_disk import root_disk
from gpu_cluster.catalog import Gpu, Instance
from gpu_cluster.config.cluster import ExistingCluster
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.min_max import MinMax
from gpu_cluster.config.pools import PoolSettings, Sharing, Taint
from gpu_cluster.config.quantity import amount
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.stores import FsxLustre

GPU_RESOURCE = "nvidia.com/gpu"
GPU_TAINT = "nvidia.com/gpu"
EFA_RESOURCE = "vpc.amazonaws.com/efa"


@dataclass(frozen=True)
class Pool:
    """A node pool with everything that its settings and the catalog imply."""

    name: str
    nodes: MinMax
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

    zones: tuple[str, ...]
    """Zones of its nodes; none where they are not known."""

    capacity: Resources
    """Capacity of one node."""

    allocatable: Resources
    """Allocatable of one node."""

    labels: Mapping[str, str]
    """Labels that its nodes carry."""

    selector: Mapping[str, str]
    """The labels that tell its nodes from the nodes of every other pool."""

    taints: tuple[dict[str, str], ...]
    """Taints of its nodes, each with key, value and effect."""

    tolerations: tuple[dict[str, str], ...]
    """Tolerations of exactly those taints."""

    handover: Handover
    """Assignment of GPUs to containers."""

    instance: Instance | None = None
    """Instance type, from the catalog or the stack file; None for an on-premises server."""

    reserved_cpu_millis: int = 500
    """CPU of one node that is kept for its DaemonSets."""

    reserved_memory_bytes: int = GIB
    """Memory of one node that is kept for its DaemonSets."""

    mounts_lustre: bool = False
    """True if its pods can mount an FSx for Lustre file system."""

    image_disk_mib: int | None = None
    """MiB in a second of the EBS volume with its nodes' images; None for local disks and unknown ones."""

    @property
    def server(self) -> Instance:
        """Instance type. `LookupError` for an on-premises server."""
        if self.instance is None:
            raise LookupError(f"pool {self.name} has no instance type")
        return self.instance

    @property
    def gpu_resources(self) -> Mapping[str, int]:
        """The extended resources that are GPUs, or parts of them."""
        return {resource: count for resource, count in self.extended.items() if resource != EFA_RESOURCE}

    @property
    def mig_layout(self) -> str | None:
        """MIG layout that the MIG manager applies to the nodes; None if it divides none.

        A label that nodes are found by belongs to the program that divides them.
        """
        return None if MIG_LABEL in self.selector else self.labels.get(MIG_LABEL)


def pools_of(stack: Stack) -> dict[str, Pool]:
    """The pools of a validated stack by name, in the order of the file."""
    known = known_hardware(stack.hardware)
    match stack.cluster:
        case EksSettings():
            return {name: _eks_pool(name, settings, stack, known) for name, settings in stack.pools.items()}
        case ExistingCluster():
            return {name: _found_pool(name, settings, known) for name, settings in stack.pools.items()}
        case _:
            return {name: _made_pool(name, settings, known) for name, settings in stack.pools.items()}


def mig_resource(profile: str) -> str:
    """Extended resource of a MIG profile under the device plugin's `mixed` strategy."""
    return f"nvidia.com/mig-{profile}"


def _made_pool(name: str, settings: PoolSettings, known: KnownHardware) -> Pool:
    """Nodes that are made for the stack, and labelled by it."""
    hardware = hardware_of(settings, known)
    selector = {POOL_LABEL: name}
    labels = node_labels(hardware) | gpu_labels(hardware, settings.sharing) | settings.labels | selector
    return _pool(name, settings, hardware, known=known, labels=labels, selector=selector)


def _eks_pool(name: str, settings: PoolSettings, stack: Stack, known: KnownHardware) -> Pool:
    """Nodes that AWS starts for the stack."""
    hardware = eks_hardware_of(settings, known)
    selector = {POOL_LABEL: name}
    zones = _zones(settings, stack)
    labels = node_labels(hardware) | aws_labels(settings, hardware, zones, stack.region)
    labels |= gpu_labels(hardware, settings.sharing) | settings.labels | selector
    instance = known.instances[settings.instance or ""]
    efa = instance.efa if settings.efa else 0
    return _pool(
        name,
        settings,
        hardware,
        known=known,
        labels=labels,
        selector=selector,
        zones=zones,
        efa=efa,
        handover=handover_of(settings.ami.family),
        mounts_lustre=any(isinstance(store, FsxLustre) for store in stack.storage.values()),
        image_disk_mib=None if instance.nvme_gb else root_disk(settings).throughput,
    )


def _found_pool(name: str, settings: PoolSettings, known: KnownHardware) -> Pool:
    """Existing nodes, selected by labels."""
    hardware = hardware_of(settings, known)
    selector = settings.labels or {POOL_LABEL: name}
    labels = node_labels(hardware) | selector
    return _pool(name, settings, hardware, known=known, labels=labels, selector=selector)


def _pool(
    name: str,
    settings: PoolSettings,
    hardware: Hardware,
    *,
    known: KnownHardware,
    labels: Mapping[str, str],
    selector: Mapping[str, str],
    zones: tuple[str, ...] = (),
    efa: int = 0,
    handover: Handover = Handover.VARIABLE,
    mounts_lustre: bool = False,
    image_disk_mib: int | None = None,
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
        extended=_extended(hardware.gpus, settings.sharing) | ({EFA_RESOURCE: efa} if efa else {}),
        zones=zones,
        capacity=hardware.capacity,
        allocatable=hardware.allocatable,
        labels=labels,
        selector=selector,
        taints=taints,
        tolerations=tuple({**taint, "operator": "Equal"} for taint in taints),
        handover=handover,
        reserved_cpu_millis=int(amount(settings.reserve.cpu) * 1000),
        reserved_memory_bytes=int(amount(settings.reserve.memory)),
        instance=known.instances.get(settings.instance or ""),
        mounts_lustre=mounts_lustre,
        image_disk_mib=image_disk_mib,
    )


def _extended(gpus: int, sharing: Sharing | None) -> dict[str, int]:
    if not gpus:
        return {}
    if sharing and sharing.mig:
        return {mig_resource(profile): count * gpus for profile, count in sharing.mig.items()}
    return {GPU_RESOURCE: gpus * pods_per_gpu(sharing)}


def _taints(settings: PoolSettings, hardware: Hardware) -> dict[str, Taint]:
    """Taints: GPU pools have a default taint; the stack file can override it."""
    return ({GPU_TAINT: Taint(value="present")} if hardware.gpus else {}) | settings.taints


def _zones(settings: PoolSettings, stack: Stack) -> tuple[str, ...]:
    """Zones of the reservation, of the pool, or of the network."""
    if settings.capacity.reserved:
        return (settings.capacity.reserved.zone,)
    return tuple(settings.zones or (stack.network.every_zone if stack.network else ()))
