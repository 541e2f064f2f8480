"""NVIDIA GPUs as their driver and GPU feature discovery report them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from gpu_cluster.catalog.mig import Profile, eighths, halves, quarters
from gpu_cluster.catalog.source import Source

GPU_SOURCES = {
    "product": Source(
        "NVIDIA/k8s-device-plugin internal/lm/resource.go, on device names", date(2026, 11, 21)
    ),
    "memory_mib": Source("nvidia-smi on each model; B300: EC2 DescribeInstanceTypes", date(2026, 11, 21)),
}


@dataclass(frozen=True, slots=True)
class Gpu:
    name: str
    """Name in stack files, such as H100."""

    product: str
    """Value of the label nvidia.com/gpu.product on a node with whole GPUs."""

    memory_mib: int
    """Memory that the driver reports, in MiB; a little less than on the box where ECC takes its part."""

    profiles: Mapping[str, Profile] = field(default_factory=dict[str, Profile], hash=False)
    """MIG profiles by name, smallest first; empty where the GPU has no MIG."""

    @property
    def mig(self) -> dict[str, int]:
        """MIG profiles with the most of each that one GPU holds; empty where the GPU has no MIG."""
        return {name: profile.most for name, profile in self.profiles.items()}


_ALL = (
    Gpu("T4", "Tesla-T4", 15360),
    Gpu("A10G", "NVIDIA-A10G", 23028),
    Gpu("L4", "NVIDIA-L4", 23034),
    Gpu("L40S", "NVIDIA-L40S", 46068),
    Gpu(
        "A100-40GB",
        "NVIDIA-A100-SXM4-40GB",
        40960,
        eighths("1g.5gb", "1g.10gb", "2g.10gb", "3g.20gb", "4g.20gb", "7g.40gb"),
    ),
    Gpu(
        "A100-80GB",
        "NVIDIA-A100-SXM4-80GB",
        81920,
        eighths("1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"),
    ),
    Gpu(
        "H100",
        "NVIDIA-H100-80GB-HBM3",
        81559,
        eighths("1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"),
    ),
    Gpu(
        "H200",
        "NVIDIA-H200",
        143771,
        eighths("1g.18gb", "1g.35gb", "2g.35gb", "3g.71gb", "4g.71gb", "7g.141gb"),
    ),
    Gpu(
        "B200",
        "NVIDIA-B200",
        183359,
        eighths("1g.23gb", "1g.45gb", "2g.45gb", "3g.90gb", "4g.90gb", "7g.180gb"),
    ),
    Gpu(
        "B300",
        "NVIDIA-B300-SXM6-AC",
        275040,
        eighths("1g.34gb", "1g.67gb", "2g.67gb", "3g.135gb", "4g.135gb", "7g.269gb"),
    ),
    Gpu("GB200", "NVIDIA-GB200", 189471),  # the EKS images switch MIG off
    Gpu(
        "RTX-PRO-4500",
        "NVIDIA-RTX-PRO-4500-Blackwell-Server-Edition",
        32623,
        halves("1g.16gb", "2g.32gb"),
    ),
    Gpu(
        "RTX-PRO-6000",
        "NVIDIA-RTX-PRO-6000-Blackwell-Server-Edition",
        97887,
        quarters("1g.24gb", "2g.48gb", "4g.96gb"),
    ),
)

GPUS: Mapping[str, Gpu] = {gpu.name: gpu for gpu in _ALL}
"""Every GPU by the name that a stack file uses, oldest first."""
