"""CPU and memory in messages of checks: thousandths of a CPU, and MiB."""

from collections.abc import Collection, Mapping

from gpu_cluster.capacity import Pool, free_capacity
from gpu_cluster.config.quantity import amount

UNITS: Mapping[str, str] = {"cpu": "m CPU", "memory": "Mi"}
"""Unit of each resource, as messages print it."""

MIB = 1024**2


def number(key: str, quantity: str) -> int:
    """Amount of a resource in its unit.

    number("cpu", "250m")  # 250
    """
    return int(amount(quantity) * 1000 if key == "cpu" else amount(quantity) / MIB)


def free_on_node(pool: Pool, key: str) -> int:
    """Amount that a node of the pool has free for pods."""
    free = free_capacity(pool)
    return free.cpu_millis if key == "cpu" else free.memory_bytes // MIB


def named(pools: Collection[str]) -> str:
    """Pools by name: pool l4, or pools l4, h100."""
    return f"{'pool' if len(pools) == 1 else 'pools'} {', '.join(pools)}"
