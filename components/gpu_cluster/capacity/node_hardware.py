"""Hardware of a node: an instance type, or an on-premises server."""

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

from gpu_cluster.capacity.known_hardware import CATALOG_HARDWARE, KnownHardware
from gpu_cluster.capacity.resources import GIB, MIB, Resources, allocatable
from gpu_cluster.capacity.root_disk import root_disk
from gpu_cluster.catalog import KUBELET_MAX_PODS, Gpu, Instance
from gpu_cluster.config.pools import AmiFamily, Machine, PoolSettings
from gpu_cluster.config.quantity import amount

VM_MEMORY_OVERHEAD = Decimal("0.075")
"""Part of an instance's memory that hypervisor and kernel keep from the node.

The true part differs by type and is mostly smaller. Karpenter plans with this one until it has seen a node:
what fits the plan fits the node. Source: aws/karpenter-provider-aws, VM_MEMORY_OVERHEAD_PERCENT, 2026-08-21.
"""

_ARM64_KERNEL_MIB = 64  # contiguous memory that the kernel of Graviton instances also reserves

_SMALL_CPUS = 30
_PODS_OF_SMALL = 110
_PODS_OF_LARGE = 250

_ROOT_DISK_BYTES = 100 * GIB  # a few serving images of 10 to 20 GB each


@dataclass(frozen=True, slots=True)
class Hardware:
    instance_type: str | None
    """None for a server without an instance type."""

    architecture: str
    gpu: Gpu | None
    gpus: int
    capacity: Resources
    """Resources that a node registers."""

    reserved_pods: int
    """Pods that its kubelet reserves memory for."""

    @property
    def allocatable(self) -> Resources:
        """Resources of a node that pods can have."""
        return allocatable(self.capacity, reserved_pods=self.reserved_pods)


def hardware_of(settings: PoolSettings, known: KnownHardware = CATALOG_HARDWARE) -> Hardware:
    """`KeyError` for an unknown instance type or GPU."""
    if settings.machine:
        return _server(settings.machine, known)
    return _virtual(known.instances[settings.instance or ""])


def eks_hardware_of(settings: PoolSettings, known: KnownHardware = CATALOG_HARDWARE) -> Hardware:
    """Hardware of a node that EKS or Karpenter starts: with the requested disk and the maximum pods of EKS.

    Local NVMe disks form one volume for images, logs and scratch space.
    Amazon Linux reserves memory for all pods that the network interfaces support, even if its maximum is
    lower; Bottlerocket for the configured maximum of pods.
    Sources: Amazon EKS user guide, choosing an instance type, maximum pods, 2026-11-21;
    awslabs/amazon-eks-ami, nodeadm/internal/kubelet/config.go, withDefaultReservedResources, 2026-02-13;
    aws/karpenter-provider-aws v1.13.0, UsesENILimitedMemoryOverhead of each AMI family.
    """
    instance = known.instances[settings.instance or ""]
    hardware = _virtual(instance)
    disk = instance.nvme_gb * 10**9 or root_disk(settings).size_gib * GIB
    most = _PODS_OF_SMALL if instance.cpus < _SMALL_CPUS else _PODS_OF_LARGE
    pods = settings.kubelet.get("maxPods") or min(hardware.capacity.pods, most)
    capped = settings.ami.family is AmiFamily.BOTTLEROCKET
    return replace(
        hardware,
        capacity=replace(hardware.capacity, ephemeral_bytes=disk, pods=pods),
        reserved_pods=pods if capped else hardware.reserved_pods,
    )


def _virtual(instance: Instance) -> Hardware:
    mib = instance.memory_gib * 1024 - (_ARM64_KERNEL_MIB if instance.architecture == "arm64" else 0)
    overhead = int((mib * VM_MEMORY_OVERHEAD).to_integral_value(ROUND_CEILING))
    return Hardware(
        instance_type=instance.name,
        architecture=instance.architecture,
        gpu=instance.gpu if instance.gpus else None,
        gpus=instance.gpus,
        capacity=Resources(
            cpu_millis=instance.cpus * 1000,
            memory_bytes=(mib - overhead) * MIB,
            ephemeral_bytes=_ROOT_DISK_BYTES,
            pods=instance.max_pods,
        ),
        reserved_pods=instance.max_pods,
    )


def _server(machine: Machine, known: KnownHardware) -> Hardware:
    """All of its memory is registered by the node: no hypervisor reserves a part."""
    return Hardware(
        instance_type=None,
        architecture="amd64",
        gpu=known.gpus[machine.gpu] if machine.gpu else None,
        gpus=machine.gpus,
        capacity=Resources(
            cpu_millis=machine.cpus * 1000,
            memory_bytes=int(amount(machine.memory)),
            ephemeral_bytes=_ROOT_DISK_BYTES,
            pods=KUBELET_MAX_PODS,
        ),
        reserved_pods=KUBELET_MAX_PODS,
    )
