"""Reserved capacity: enough instances, supported types, and blocks that have not ended."""

from collections.abc import Iterator

from gpu_cluster.capacity import Pool
from gpu_cluster.catalog import CAPACITY_BLOCK_TYPES, ULTRASERVER_FAMILY
from gpu_cluster.catalog.today import now
from gpu_cluster.config.pool_capacity import Capacity
from gpu_cluster.config.pools import PoolSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.diagnostic import Diagnostic, Keys

_ULTRASERVER_DRAIN_MINUTES = 75
"""An UltraServer must be empty 60 minutes before its block ends, other instances 30 minutes before.

As with other blocks, 15 minutes remain for pods to stop. Source: dev.classmethod.jp,
ec2-capacity-blocks-for-ml-instance-cb-vs-ultraserver-cb, 2026-02-08.
"""


def reservations(stack: Stack, offered: dict[str, Pool]) -> Iterator[Diagnostic]:
    for name, pool in offered.items():
        settings = stack.pools[name]
        if settings.capacity.reserved:
            yield from _reserved(name, settings)
        if settings.capacity.capacity_block:
            yield from _block(name, pool, settings.capacity)
        elif pool.machine.startswith(ULTRASERVER_FAMILY):
            message = f"{pool.machine} is only available in capacity blocks; expected capacityBlock"
            yield Diagnostic(("pools", name, "capacity"), message)
    yield from _shared(stack, offered)


def _reserved(name: str, settings: PoolSettings) -> Iterator[Diagnostic]:
    found = settings.capacity.reserved
    if not found:
        return
    if settings.zones and settings.zones != [found.zone]:
        message = f"the reservation is in {found.zone}; expected only this zone, or no zones"
        yield Diagnostic(("pools", name, "zones"), message)
    if found.count < settings.nodes.max:
        message = f"expected at least {settings.nodes.max}, which is nodes.max, got {found.count}"
        yield Diagnostic((*_keys(name, settings.capacity), "count"), message)
    if settings.update.surge:
        message = "no capacity beyond the reservation for a new node; expected false"
        yield Diagnostic(("pools", name, "update", "surge"), message)


def _block(name: str, pool: Pool, capacity: Capacity) -> Iterator[Diagnostic]:
    keys = _keys(name, capacity)
    if pool.machine not in CAPACITY_BLOCK_TYPES:
        message = (
            f"{pool.machine} is not available in capacity blocks; expected {', '.join(CAPACITY_BLOCK_TYPES)}"
        )
        yield Diagnostic(keys, message)
    if capacity.capacity_block and capacity.capacity_block.end <= now():
        message = f"the block ended at {capacity.capacity_block.ends}; set another, or remove the pool"
        yield Diagnostic((*keys, "ends"), message)
    if capacity.capacity_block and pool.machine.startswith(ULTRASERVER_FAMILY):
        minutes = capacity.capacity_block.drain_minutes
        if minutes < _ULTRASERVER_DRAIN_MINUTES:
            message = (
                "an UltraServer must be empty 60 minutes before the block ends; expected at least "
                f"{_ULTRASERVER_DRAIN_MINUTES}, got {minutes}"
            )
            yield Diagnostic((*keys, "drainMinutes"), message)


def _shared(stack: Stack, offered: dict[str, Pool]) -> Iterator[Diagnostic]:
    """Pools with the same reservation."""
    takers: dict[str, list[str]] = {}
    for name in offered:
        found = stack.pools[name].capacity.reserved
        if found:
            takers.setdefault(found.id, []).append(name)
    for id, names in takers.items():
        if len(names) < 2:
            continue
        counts = [(it.capacity.reserved, it.nodes.max) for it in (stack.pools[name] for name in names)]
        has, want = min(found.count for found, _ in counts if found), sum(most for _, most in counts)
        if want > has:
            message = f"{id} has {has} instances, and {' and '.join(names)} together need {want} at nodes.max"
            yield Diagnostic((*_keys(names[-1], stack.pools[names[-1]].capacity), "count"), message)


def _keys(name: str, capacity: Capacity) -> Keys:
    return ("pools", name, "capacity", "capacityBlock" if capacity.capacity_block else "reservation")
