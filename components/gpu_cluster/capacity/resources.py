"""Amounts of CPU, memory, disk and pods, and the allocatable part of a node's capacity."""

from dataclasses import dataclass

KIB, MIB, GIB = 1024, 1024**2, 1024**3

_CPU_RESERVED = ((1_000, 600), (1_000, 100), (2_000, 50))
"""Bands of CPU in thousandths, each with the part of it in hundredths of a percent that is kept."""

_CPU_RESERVED_BEYOND = 25


@dataclass(frozen=True, slots=True)
class Resources:
    cpu_millis: int
    """Thousandths of a logical CPU."""

    memory_bytes: int
    ephemeral_bytes: int
    """Disk for images, logs and scratch space."""

    pods: int

    def quantities(self) -> dict[str, str]:
        """Resources as in the status of a Node: {"cpu": "3920m", "memory": "14501888Ki", …}."""
        return {
            "cpu": f"{self.cpu_millis}m",
            "memory": f"{self.memory_bytes // KIB}Ki",
            "ephemeral-storage": f"{self.ephemeral_bytes // KIB}Ki",
            "pods": str(self.pods),
        }


def allocatable(capacity: Resources, *, reserved_pods: int) -> Resources:
    """Allocatable resources on EKS: capacity minus kubelet and runtime reservations and eviction thresholds.

    `reserved_pods` is the number of pods that memory is reserved for; it can exceed the node's maximum.
    Source: awslabs/amazon-eks-ami, nodeadm/internal/kubelet/config.go, 2026-02-13; the tests run that code.
    """
    reserved_memory = (255 + 11 * reserved_pods) * MIB
    evicted_memory = 100 * MIB
    reserved_disk = 1 * GIB
    evicted_disk = capacity.ephemeral_bytes // 10
    return Resources(
        cpu_millis=capacity.cpu_millis - _reserved_cpu(capacity.cpu_millis),
        memory_bytes=max(0, capacity.memory_bytes - reserved_memory - evicted_memory),
        ephemeral_bytes=capacity.ephemeral_bytes - reserved_disk - evicted_disk,
        pods=capacity.pods,
    )


def _reserved_cpu(millis: int) -> int:
    """6 % of the first CPU, 1 % of the second, 0.5 % of the next two, 0.25 % of the rest."""
    reserved = 0
    for width, hundredths in _CPU_RESERVED:
        band = min(millis, width)
        reserved += band * hundredths // 10_000
        millis -= band
    return reserved + millis * _CPU_RESERVED_BEYOND // 10_000
