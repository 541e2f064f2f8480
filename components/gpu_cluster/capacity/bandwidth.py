"""Network bandwidth of nodes."""

from collections.abc import Iterable
from math import ceil

from gpu_cluster.capacity.pool import Pool

_ONE_NETWORK_CARD = 100
"""Gbps. The S3 client uses only the default network card, which has 100 Gbps on p4d and p5.

Source: awslabs/aws-c-s3, issue 415; getmoto/moto 5.2.5, EC2 DescribeInstanceTypes, NetworkCards; 2026-11-28.
"""


def node_gbps(pool: Pool) -> float | None:
    """Bandwidth of one reader on a node of the pool; None for an on-premises server."""
    instance = pool.instance
    return min(instance.network_gbps, _ONE_NETWORK_CARD) if instance else None


def read_gbps(pools: Iterable[Pool]) -> int:
    """Whole Gbps of the fastest nodes with GPUs, at least 1: a volume has one figure for all its nodes."""
    found = [node_gbps(pool) or 1 for pool in pools if pool.gpus]
    return ceil(max(found, default=1))
