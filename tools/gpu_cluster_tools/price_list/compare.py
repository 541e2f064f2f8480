"""Fetched prices compared with those of the catalog."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

from gpu_cluster.catalog import Price, PriceError, on_demand, service_price
from gpu_cluster_tools.price_list.fetch import Fetched

_SAME = Fraction(1, 1000)
"""Part of a price within which two are the same: the catalog derives sizes from their family's price."""


class Difference(NamedTuple):
    name: str
    catalog: Fraction | None
    """None if the catalog has no price."""

    now: Fraction


def differences(found: Fetched, region: str) -> Iterator[Difference]:
    """Prices that the catalog has otherwise, or not at all: instances, then services, by name."""
    for name, now in sorted(found.instances.items()):
        yield from _differing(name, _of_catalog(on_demand, name, region), now)
    for name, now in sorted(found.services.items()):
        yield from _differing(name, _of_catalog(service_price, name, region), now)


def _differing(name: str, catalog: Fraction | None, now: Fraction) -> Iterator[Difference]:
    if catalog is None or abs(now - catalog) > catalog * _SAME:
        yield Difference(name, catalog, now)


def _of_catalog(price_of: Callable[[str, str], Price], name: str, region: str) -> Fraction | None:
    try:
        return price_of(name, region).usd
    except PriceError:
        return None
