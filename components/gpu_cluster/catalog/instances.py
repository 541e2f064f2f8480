"""EC2 instance types: types with NVIDIA GPUs, and types for the other pods of a platform."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gpu_cluster.catalog.gpus import GPUS, Gpu
from gpu_cluster.catalog.source import Source
from gpu_cluster.catalog.table_files import rows_of, sources_of

INSTANCE_SOURCES: Mapping[str, Source] = sources_of("instances")


OTHER_ACCELERATORS: Mapping[str, str] = {
    "inf": "AWS Neuron",
    "trn": "AWS Neuron",
    "dl1": "Intel Gaudi",
    "dl2q": "Qualcomm AI 100",
    "g4ad": "AMD Radeon",
    "f1": "FPGA",
    "f2": "FPGA",
    "vt1": "AMD Xilinx",
}
"""Accelerators that are no NVIDIA GPUs, by the beginning of an instance family's name.

Source: Amazon EC2 instance types, accelerated computing, read 2026-11-30.
"""


@dataclass(frozen=True, slots=True)
class Instance:
    name: str
    architecture: str
    """amd64 or arm64, as in the label kubernetes.io/arch."""

    cpus: int
    """Logical CPUs."""

    memory_gib: int
    """Nominal memory; a node registers less."""

    gpu: Gpu | None
    gpus: int
    """Whole GPUs; 0 beside a `gpu` means a fraction of one, which registers no nvidia.com/gpu."""

    network_gbps: float
    """Sustained bandwidth."""

    efa: int
    """EFA interfaces that it can have."""

    nvme_gb: int
    """Local NVMe disks, together."""

    hourly_usd: float | None
    """On-demand price in us-east-1; None if no price is published."""

    max_pods: int
    """Pods that a node runs with the VPC CNI and one address each."""


def _instances() -> Iterator[Instance]:
    for row in rows_of("instances"):
        yield Instance(
            name=row["instance"],
            architecture=row["architecture"],
            cpus=int(row["cpus"]),
            memory_gib=int(row["memory_gib"]),
            gpu=GPUS[row["gpu"]] if row["gpu"] else None,
            gpus=int(row["gpus"]),
            network_gbps=float(row["network_gbps"]),
            efa=int(row["efa"]),
            nvme_gb=int(row["nvme_gb"]),
            hourly_usd=float(row["hourly_usd"]) if row["hourly_usd"] else None,
            max_pods=_max_pods(int(row["enis"]), int(row["addresses"])) if row["enis"] else KUBELET_MAX_PODS,
        )


def _max_pods(enis: int, addresses: int) -> int:
    """Maximum pods with the VPC CNI: the first IPv4 address of each interface is not for pods. The two
    additional pods are the CNI and kube-proxy, on the host network. `enis`: interfaces of the default network
    card."""
    return enis * (addresses - 1) + 2


KUBELET_MAX_PODS = 110
"""The kubelet's default: for nodes in no VPC, and nodeadm's for a type whose interfaces it does not know."""

INSTANCES: Mapping[str, Instance] = {instance.name: instance for instance in _instances()}
"""Every instance type by name, grouped by family and from small to large."""
