"""AWS prices beside servers, by region: control planes, disks, gateways, keys, logs and stores."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from gpu_cluster.catalog.lazy_table import LazyTable
from gpu_cluster.catalog.price import Price, PriceError
from gpu_cluster.catalog.price_tables import price_sources
from gpu_cluster.catalog.table_files import rows_of


@dataclass(frozen=True, slots=True)
class PricedService:
    """A unit that AWS charges for. A control plane costs its version's price, and that of its tier on top."""

    name: str
    unit: str
    """hour, GB-month, GB, …"""

    title: str
    """Plural, as messages call it: `KMS keys`."""


SERVICES: Mapping[str, PricedService] = {
    row["service"]: PricedService(row["service"], row["unit"], row["title"])
    for row in rows_of("services", "prices")
}
"""Prices by name."""


def _prices() -> dict[tuple[str, str], Price]:
    sources = price_sources()
    return {
        (row["service"], row["region"]): Price(
            Fraction(row["usd"]), SERVICES[row["service"]].unit, sources[row["source"]]
        )
        for row in rows_of("service_prices", "prices")
    }


SERVICE_PRICES: Mapping[tuple[str, str], Price] = LazyTable(_prices)
"""Prices by service and region."""


def service_price(service: str, region: str) -> Price:
    """Price of a unit. `PriceError` if the table has none for the region, `KeyError` for another name.

    service_price("nat-hour", "us-east-2").usd  # 0.045
    """
    title = SERVICES[service].title
    price = SERVICE_PRICES.get((service, region))
    if price is None:
        raise PriceError(f"no price for {title} in {region}")
    return price
