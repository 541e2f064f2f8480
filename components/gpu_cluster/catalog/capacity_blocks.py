"""Instance types that can be bought for some days."""

from datetime import date

from gpu_cluster.catalog.source import Source

CAPACITY_BLOCK_SOURCES = {
    "types": Source(
        "getmoto/moto 5.2.5, EC2 DescribeInstanceTypes, SupportedUsageClasses", date(2026, 11, 21)
    ),
    "p6e-gb200.36xlarge": Source(
        "Amazon EC2 user guide, capacity blocks of UltraServers", date(2026, 11, 21)
    ),
    "end": Source("Amazon EKS user guide, capacity-blocks-mng", date(2026, 8, 22)),
    "IMEX": Source("NVIDIA/nccl, src/mnnvl.cc: IMEX channels are required or NCCL ends", date(2026, 11, 30)),
}

ULTRASERVER_FAMILY = "p6e-"
"""Prefix of instance types whose servers share their NVLink with others; single servers are not offered."""

CAPACITY_BLOCK_TYPES = (
    "p4d.24xlarge",
    "p4de.24xlarge",
    "p5.4xlarge",
    "p5.48xlarge",
    "p5e.48xlarge",
    "p5en.48xlarge",
    "p6-b200.48xlarge",
    "p6-b300.48xlarge",
    "p6e-gb200.36xlarge",
)
"""Instance types of capacity blocks."""
