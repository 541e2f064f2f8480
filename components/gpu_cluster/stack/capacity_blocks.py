"""Capacity blocks whose drain has begun."""

from collections.abc import Iterator

from gpu_cluster.catalog.today import now
from gpu_cluster.config.stack import Stack


def drained_blocks(stack: Stack) -> Iterator[str]:
    """Note for each such pool, because from then on the plan differs: it has no scheduled action."""
    for name, pool in stack.pools.items():
        block = pool.capacity.capacity_block
        if block and block.drain <= now():
            yield (
                f"pool {name}: the drain of its capacity block began at {block.drain:%Y-%m-%dT%H:%MZ}, so "
                f"the plan has no scheduled action for it, and the block ends at {block.ends}; set another "
                "block, or remove the pool"
            )
