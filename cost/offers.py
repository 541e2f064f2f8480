"""Instance types with GPUs as AWS sells them: what they have, where they are, and what they cost."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from components.catalog.instance_prices import on_demand
from components.catalog.instances import INSTANCES, Instance
from components.catalog.offerings import regions_with
from components.catalog.price import PriceError

_MIB = 1024**2


@dataclass(frozen=True, slots=True)
class Offer:
    instance: Instance
    hourly: Fraction | None
    """US dollars on demand, in the region that was asked for or in us-east-1; None where none is known."""

    regions: tuple[str, ...]
    """Where AWS offers it; none where that is not known."""

    @property
    def gpu(self) -> str:
        return self.instance.gpu.name if self.instance.gpu else ""

    @property
    def family(self) -> str:
        return self.instance.name.partition(".")[0]

    @property
    def memory_bytes(self) -> int:
        """Of one GPU, as its driver reports it."""
        return self.instance.gpu.memory_mib * _MIB if self.instance.gpu else 0

    @property
    def profiles(self) -> tuple[str, ...]:
        """MIG profiles of its GPUs; none where they have no MIG."""
        return tuple(self.instance.gpu.profiles) if self.instance.gpu else ()

    @property
    def gpu_hourly(self) -> Fraction | None:
        """US dollars for an hour of one whole GPU; None where there is no price, or only a part of one."""
        return self.hourly / self.instance.gpus if self.hourly and self.instance.gpus else None


_LAST = Fraction(10**9)
ORDERS: dict[str, Callable[[Offer], tuple[object, ...]]] = {
    "name": lambda _: (),
    "price": lambda offer: (offer.hourly or _LAST,),
    "gpu-price": lambda offer: (offer.gpu_hourly or _LAST,),
    "memory": lambda offer: (-offer.memory_bytes * max(1, offer.instance.gpus), offer.hourly or _LAST),
    "gpus": lambda offer: (-offer.instance.gpus, offer.hourly or _LAST),
}
"""Orders by name: of the catalog, cheapest first, or largest first."""


def offers(
    *,
    gpu: str | None = None,
    region: str | None = None,
    min_memory: int = 0,
    max_price: float | None = None,
    mig: bool = False,
    order: str = "name",
) -> list[Offer]:
    """Those that have what is asked for.

    `gpu`: name of a GPU of the catalog; `region`: where it has to be offered, and what it costs there;
    `min_memory`: bytes of one GPU; `max_price`: US dollars an hour, which leaves out what has no price;
    `mig`: only what can be divided; `order`: one of `ORDERS`.
    """
    found = (
        offer
        for offer in _offers(region)
        if gpu in (None, offer.gpu)
        and (region is None or region in offer.regions)
        and offer.memory_bytes >= min_memory
        and (max_price is None or (offer.hourly is not None and offer.hourly <= max_price))
        and (offer.profiles or not mig)
    )
    return sorted(found, key=ORDERS[order])


def grouped(found: Iterable[Offer], by: str) -> dict[str, list[Offer]]:
    """By `gpu` or `family`, each group in the order it came."""
    groups: dict[str, list[Offer]] = {}
    for offer in found:
        groups.setdefault(offer.gpu if by == "gpu" else offer.family, []).append(offer)
    return groups


def _offers(region: str | None) -> Iterator[Offer]:
    for instance in INSTANCES.values():
        if instance.gpu:
            yield Offer(instance, _hourly(instance.name, region), regions_with(instance.name))


def _hourly(instance: str, region: str | None) -> Fraction | None:
    for place in [region] if region else ["us-east-1", *regions_with(instance)]:
        try:
            return on_demand(instance, place).usd
        except PriceError:
            continue
    return None
