"""Nodes that replicas run on, and the price of one: pools of a stack, and instance types of its region."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from gpu_cluster.capacity import Pool
from gpu_cluster.catalog import Gpu, PriceError, gpu_instances
from gpu_cluster.config.pool_capacity import Capacity, Market
from gpu_cluster.config.pools import PoolSettings, Sharing
from gpu_cluster.cost import Prices, Range
from gpu_cluster.cost.by_resource.hourly_price import hourly

_SECONDS = 3600
_MILLION = 10**6


@dataclass(frozen=True, slots=True)
class GpuNode:
    name: str
    """Name of the pool, or of the instance type."""

    machine: str
    """Instance type, or `machine` for an on-premises server."""

    gpu: Gpu | None
    gpus: int
    sharing: Sharing | None
    hourly: Range | None
    """US dollars; None without a price."""

    bought: str
    """Purchase option, or reason for a missing price."""

    def usd_per_million(self, gpus: int, tokens_per_second: float) -> Range | None:
        """US dollars per million tokens, where `gpus` cost their share of the node; None without a price."""
        if self.hourly is None or tokens_per_second <= 0:
            return None
        tokens = Fraction(tokens_per_second) * _SECONDS
        return self.hourly * (Fraction(gpus, self.gpus) * _MILLION / tokens)


def pool_node(pool: Pool, settings: PoolSettings, region: str | None, prices: Prices, day: date) -> GpuNode:
    paid, bought = _paid(settings.instance, _market(settings.capacity), region, prices, day)
    return GpuNode(pool.name, pool.machine, pool.gpu, pool.gpus, pool.sharing, paid, bought)


def instance_nodes(region: str, prices: Prices, day: date) -> Iterator[GpuNode]:
    """GPU instance types with whole GPUs in the region, on demand."""
    for found in gpu_instances(region=region):
        it = found.instance
        if it.gpus:
            paid, bought = _paid(it.name, "ON_DEMAND", region, prices, day)
            yield GpuNode(it.name, it.name, it.gpu, it.gpus, None, paid, bought)


def _paid(
    instance: str | None, market: str, region: str | None, prices: Prices, day: date
) -> tuple[Range | None, str]:
    if instance is None:
        return None, "no price for on-premises servers"
    if region is None:
        return None, "no price without an AWS region"
    try:
        least, most, how = hourly(instance, market, region, prices)
        return Range(least.on(day, instance).usd, most.on(day, instance).usd), how
    except PriceError as error:
        return None, str(error)


def _market(capacity: Capacity) -> str:
    if capacity.capacity_block:
        return "CAPACITY_BLOCK"
    if capacity.reservation:
        return "RESERVED"
    return "SPOT" if capacity.market is Market.SPOT else "ON_DEMAND"
