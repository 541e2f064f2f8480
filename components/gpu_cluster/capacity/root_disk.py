"""The root volume of a node on AWS."""

from dataclasses import dataclass, replace
from math import ceil

from gpu_cluster.capacity.resources import GIB
from gpu_cluster.config.pools import PoolSettings
from gpu_cluster.config.quantity import amount

_IOPS_PER_THROUGHPUT = 4
"""gp3 gives at most 0.25 MiB/s for each IOPS (Amazon EBS user guide, 2026-11-21)."""

_LEAST_IOPS = 3000


@dataclass(frozen=True, slots=True)
class RootDisk:
    """A gp3 volume."""

    size_gib: int
    iops: int
    throughput: int
    """MiB in a second."""

    @property
    def needed_iops(self) -> int:
        """IOPS that the disk needs to reach its throughput."""
        return max(_LEAST_IOPS, self.throughput * _IOPS_PER_THROUGHPUT)


def root_disk(settings: PoolSettings) -> RootDisk:
    """Root volume; iops default to the minimum for the throughput."""
    disk = settings.disk
    wanted = RootDisk(ceil(amount(disk.size) / GIB), disk.iops or 0, disk.throughput)
    return wanted if disk.iops else replace(wanted, iops=wanted.needed_iops)
