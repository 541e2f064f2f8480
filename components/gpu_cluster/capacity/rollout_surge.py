"""Nodes beyond a pool's most while its nodes are replaced, and the time that this takes."""

from math import ceil

from gpu_cluster.capacity.pool import Pool
from gpu_cluster.config.pools import PoolSettings, Provisioner

_MINUTES = 20
"""Minutes per node: 15 for the drain by EKS, plus the start of another."""


def minutes_to_replace(nodes: int, at_once: int) -> int:
    """Longest time in which EKS replaces the nodes of a group.

    minutes_to_replace(50, 2)  # 500
    """
    return ceil(nodes / at_once) * _MINUTES


def surges(settings: PoolSettings) -> bool:
    """True if a pool can exceed its maximum size while its nodes are replaced."""
    if settings.update.surge is not None:
        return settings.update.surge
    return settings.capacity.reserved is None


def surge_nodes(pool: Pool, settings: PoolSettings) -> int:
    """Maximum surge nodes of EKS: twice the number of zones, or maxUnavailable.

    Source: Amazon EKS user guide, managed node update behavior, scale up phase, 2026-08-22.
    """
    if not surges(settings) or settings.provisioner is not Provisioner.NODE_GROUP:
        return 0
    return max(2 * len(pool.zones), settings.update.max_unavailable)
