"""Prices of services and instances by region, as resources are priced with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from gpu_cluster.catalog.instance_prices import capacity_block, on_demand, spot, spot_range
from gpu_cluster.catalog.instances import INSTANCES, Instance
from gpu_cluster.catalog.price import Price
from gpu_cluster.catalog.service_prices import service_price
from gpu_cluster.catalog.source import Source

_Priced = Mapping[tuple[str, str], Price]
"""Prices by name and region."""


class Prices:
    """Prices of the catalog. Every method raises `PriceError` if there is no price."""

    def service(self, name: str, region: str) -> Price:
        return service_price(name, region)

    def on_demand(self, instance: str, region: str) -> Price:
        return on_demand(instance, region)

    def spot(self, instance: str, region: str) -> tuple[Price, Price]:
        """The least and the most."""
        return spot(instance, region)

    def capacity_block(self, instance: str, region: str) -> Price:
        return capacity_block(instance, region)

    def hardware(self, instance: str) -> Instance | None:
        """Facts of an instance type that a price depends on; None where it is not known."""
        return INSTANCES.get(instance)


CATALOG = Prices()


@dataclass(frozen=True, slots=True)
class Discount:
    paid: Fraction
    """Part of the price that remains."""

    names: frozenset[str]
    """Services, instance types, and families of instance types."""

    regions: frozenset[str]
    """Empty for all."""

    source: Source

    def holds(self, name: str, region: str) -> bool:
        return name in self.names and (not self.regions or region in self.regions)


@dataclass(frozen=True)
class ProjectPrices(Prices):
    """A project's own prices and discounts before those of the catalog.

    A discount is for services, and for instances on demand or reserved; spot and capacity blocks have none.
    """

    instances: _Priced = field(default_factory=dict[tuple[str, str], Price])
    blocks: _Priced = field(default_factory=dict[tuple[str, str], Price])
    services: _Priced = field(default_factory=dict[tuple[str, str], Price])
    discounts: tuple[Discount, ...] = ()

    def service(self, name: str, region: str) -> Price:
        price = self.services.get((name, region)) or super().service(name, region)
        return self._discounted(price, (name,), region)

    def on_demand(self, instance: str, region: str) -> Price:
        names = (instance, instance.partition(".")[0])  # the narrower first
        return self._discounted(self._list_price(instance, region), names, region)

    def spot(self, instance: str, region: str) -> tuple[Price, Price]:
        return spot_range(instance, self._list_price(instance, region))

    def capacity_block(self, instance: str, region: str) -> Price:
        return self.blocks.get((instance, region)) or super().capacity_block(instance, region)

    def _list_price(self, instance: str, region: str) -> Price:
        return self.instances.get((instance, region)) or super().on_demand(instance, region)

    def _discounted(self, price: Price, names: tuple[str, ...], region: str) -> Price:
        """Price with the discount of the first matching name, and the older date of the two."""
        for name in names:
            for discount in self.discounts:
                if discount.holds(name, region):
                    source = min(price.source, discount.source, key=lambda it: it.date)
                    return replace(price, usd=price.usd * discount.paid, source=source)
        return price
