"""Search for GPU instance types: hardware, regions and prices."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from gpu_cluster.catalog.instance_prices import on_demand, priced_regions
from gpu_cluster.catalog.instances import INSTANCES, Instance
from gpu_cluster.catalog.offerings import regions_with
from gpu_cluster.catalog.price import PriceError

_MIB = 1024**2


@dataclass(frozen=True, slots=True)
class GpuInstance:
    instance: Instance
    hourly: Fraction | None
    """US dollars on demand, in the region asked for or the first with a price; None where none is known."""

    regions: tuple[str, ...]
    """Regions in which AWS offers it; empty if unknown."""

    @property
    def gpu(self) -> str:
        return self.instance.gpu.name if self.instance.gpu else ""

    @property
    def family(self) -> str:
        return self.instance.name.partition(".")[0]

    @property
    def memory_bytes(self) -> int:
        """Memory of one GPU as its driver reports it."""
        return self.instance.gpu.memory_mib * _MIB if self.instance.gpu else 0

    @property
    def profiles(self) -> tuple[str, ...]:
        """MIG profiles of its GPUs; none where they have no MIG."""
        return tuple(self.instance.gpu.profiles) if self.instance.gpu else ()

    @property
    def gpu_hourly(self) -> Fraction | None:
        """US dollars for an hour of one whole GPU; None without a price, or for a fraction of a GPU."""
        return self.hourly / self.instance.gpus if self.hourly and self.instance.gpus else None


_LAST = Fraction(10**9)
GPU_INSTANCE_ORDERS: dict[str, Callable[[GpuInstance], tuple[object, ...]]] = {
    "name": lambda _: (),
    "price": lambda it: (it.hourly or _LAST,),
    "gpu-price": lambda it: (it.gpu_hourly or _LAST,),
    "memory": lambda it: (-it.memory_bytes * max(1, it.instance.gpus), it.hourly or _LAST),
    "gpus": lambda it: (-it.instance.gpus, it.hourly or _LAST),
}
"""Orders by name: of the catalog, cheapest first, or largest first."""


def gpu_instances(
    *,
    gpu: str | None = None,
    region: str | None = None,
    min_memory: int = 0,
    max_price: float | None = None,
    mig: bool = False,
    order: str = "name",
) -> list[GpuInstance]:
    """GPU instance types that match.

    `gpu`: name of a GPU of the catalog; `region`: the region that must offer the type, and whose price is
    shown; `min_memory`: bytes of one GPU; `max_price`: US dollars an hour; types without a price are omitted;
    `mig`: only GPUs with MIG; `order`: one of `GPU_INSTANCE_ORDERS`.
    """
    found = (
        it
        for it in _all(region)
        if gpu in (None, it.gpu)
        and (region is None or region in it.regions)
        and it.memory_bytes >= min_memory
        and (max_price is None or (it.hourly is not None and it.hourly <= max_price))
        and (it.profiles or not mig)
    )
    return sorted(found, key=GPU_INSTANCE_ORDERS[order])


def grouped(found: Iterable[GpuInstance], by: str) -> dict[str, list[GpuInstance]]:
    """Instances grouped by `gpu` or `family`; each group keeps the input order."""
    groups: dict[str, list[GpuInstance]] = {}
    for it in found:
        groups.setdefault(it.gpu if by == "gpu" else it.family, []).append(it)
    return groups


def _all(region: str | None) -> Iterator[GpuInstance]:
    for instance in INSTANCES.values():
        if instance.gpu:
            yield GpuInstance(instance, _hourly(instance.name, region), regions_with(instance.name))


def _hourly(instance: str, region: str | None) -> Fraction | None:
    place = region or next(iter(priced_regions(instance)), "us-east-1")
    try:
        return on_demand(instance, place).usd
    except PriceError:
        return None
