"""The root volume of a node on AWS."""

from dataclasses import dataclass
from math import ceil

from components.catalog import INSTANCES
from components.config.pools import PoolSettings
from components.config.quantity import amount
from components.pools.resources import GIB

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


def root_disk(settings: PoolSettings) -> RootDisk:
    """As the settings say, and for the rest as the instance type asks: images for GPUs are many GiB large.

    600 MiB/s is what parallel pulls want (awslabs/amazon-eks-ami, nodeadm/doc/examples.md, 2026-07-23).
    """
    nvidia = INSTANCES[settings.instance or ""].gpu is not None
    disk = settings.disk
    throughput = disk.throughput or (600 if nvidia else 125)
    return RootDisk(
        size_gib=ceil(amount(disk.size) / GIB) if disk.size else (200 if nvidia else 100),
        iops=disk.iops or max(_LEAST_IOPS, throughput * _IOPS_PER_THROUGHPUT),
        throughput=throughput,
    )
