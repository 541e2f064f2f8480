"""Hourly prices of EC2 instances: on demand, as spot, and in capacity blocks."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from gpu_cluster.catalog.instances import INSTANCE_SOURCES, INSTANCES
from gpu_cluster.catalog.lazy_table import LazyTable
from gpu_cluster.catalog.offerings import regions_with, zones_with
from gpu_cluster.catalog.price import MOVING_PRICE_DAYS, Price, PriceError
from gpu_cluster.catalog.price_tables import price_sources
from gpu_cluster.catalog.source import Source
from gpu_cluster.catalog.table_files import rows_of

INSTANCE_PRICE_SOURCES = {
    "on demand, us-east-1": INSTANCE_SOURCES["hourly_usd"],
    "on demand, other regions": price_sources()["skypilot"],
    "on demand, since read": price_sources()["ec2-hours"],
    "spot": Source(
        "least: the lowest zone of us-east-1, us-east-2 and us-west-2 in skypilot-org/skypilot-catalog "
        "catalogs/v8/aws/vms.csv at e385a0d3, or the 90 % that AWS says spot saves at most; "
        "most: the on-demand price, which a spot price never exceeds (Amazon EC2 user guide)",
        date(2026, 11, 25),
    ),
    "capacity blocks": Source(
        "Amazon EC2 Capacity Blocks for ML pricing, in force since 2026-07-01", date(2026, 9, 13)
    ),
}

_HOUR = "hour"


def on_demand(instance: str, region: str) -> Price:
    """Hourly on-demand price for Linux. `PriceError` if none is published or the catalog lacks the region.

    on_demand("g6.4xlarge", "us-east-2").usd  # 1.3232
    """
    if instance not in INSTANCES:
        raise PriceError(f"no price for {instance}, which is not in the catalog")
    hourly = INSTANCES[instance].hourly_usd
    if hourly is None:
        raise PriceError(f"AWS publishes no on-demand price for {instance}")
    offered = regions_with(instance)
    if zones_with(instance, region) == ():
        raise PriceError(f"AWS does not offer {instance} in {region}, but in {', '.join(offered)}")
    base = Fraction(str(hourly))
    if region == "us-east-1":
        return Price(base, _HOUR, INSTANCE_PRICE_SOURCES["on demand, us-east-1"])
    ratio = _RATIOS.get(instance.partition(".")[0], {}).get(region)
    if ratio is None:
        raise PriceError(f"no on-demand price for {instance} in {region}")
    return Price(base * ratio.of_first_region, _HOUR, ratio.source)


def spot(instance: str, region: str) -> tuple[Price, Price]:
    """An estimate: the least and the most that an hour costs. `PriceError` as for `on_demand`.

    It is for a range, not for a bill: AWS changes spot prices all the time, in each zone by itself.
    """
    return spot_range(instance, on_demand(instance, region))


def spot_range(instance: str, most: Price) -> tuple[Price, Price]:
    """The same for a price on demand that is known otherwise. It holds no longer than that price."""
    share = _LOWEST_SPOT.get(instance.partition(".")[0], _LARGEST_DISCOUNT)
    range_of_spot = Price(most.usd, _HOUR, INSTANCE_PRICE_SOURCES["spot"], MOVING_PRICE_DAYS)
    capped = min(range_of_spot, most, key=lambda price: price.holds_until)
    return replace(capped, usd=most.usd * share), capped


def capacity_block(instance: str, region: str) -> Price:
    """An hour of one instance in a block, paid whether it runs or not. `PriceError` where none is known.

    capacity_block("p5.48xlarge", "us-east-2").usd  # 41.528: eight H100 for 5.191 each
    """
    prices = _BLOCKS.get(instance, {})
    one_gpu = prices.get(region if region.startswith("us-") else _ABROAD)
    if one_gpu is None:
        raise PriceError(f"no price for a capacity block of {instance} in {region}")
    source = INSTANCE_PRICE_SOURCES["capacity blocks"]
    return Price(one_gpu * INSTANCES[instance].gpus, _HOUR, source, MOVING_PRICE_DAYS)


def priced_regions(instance: str) -> tuple[str, ...]:
    """Regions of which the catalog has an on-demand price."""
    if instance not in INSTANCES or INSTANCES[instance].hourly_usd is None:
        return ()
    ratios = _RATIOS.get(instance.partition(".")[0], {})
    return tuple(region for region in regions_with(instance) if region == "us-east-1" or region in ratios)


class _Ratio(NamedTuple):
    of_first_region: Fraction
    source: Source


def _ratios() -> dict[str, dict[str, _Ratio]]:
    """A region's price of a whole family as a multiple of that of us-east-1.

    The table has one type of a family, as its sizes differ by the same factor in every region, to 0.15 % in
    the price list of 2026-10-15; for m7i it is m7i-flex.8xlarge, which costs 95 % of m7i.8xlarge everywhere,
    or m7i.8xlarge where AWS does not offer that.
    """
    rows = list(rows_of("instance_prices", "prices"))
    sources = price_sources()
    first = {it["instance"]: Fraction(it["usd"]) for it in rows if it["region"] == "us-east-1"}
    ratios: dict[str, dict[str, _Ratio]] = {}
    for row in rows:
        ratio = Fraction(row["usd"]) / (first.get(row["instance"]) or _listed(row["instance"]))
        ratios.setdefault(row["family"], {})[row["region"]] = _Ratio(ratio, sources[row["source"]])
    return ratios


def _listed(instance: str) -> Fraction:
    return Fraction(str(INSTANCES[instance].hourly_usd))


_RATIOS: Mapping[str, Mapping[str, _Ratio]] = LazyTable(_ratios)

_LARGEST_DISCOUNT = Fraction("0.1")
_LOWEST_SPOT: Mapping[str, Fraction] = {
    family: Fraction(share)
    for family, share in {
        "m7i": "0.25",
        "g6": "0.20",
        "g6e": "0.15",
        "p4d": "0.28",
        "p4de": "0.35",
        "p5": "0.25",
        "p5en": "0.25",
        "p6-b200": "0.16",
    }.items()
}
"""Parts of the on-demand price, by family."""

_ABROAD = "outside of the United States"
_OF_THREE = ("us-east-1", "us-east-2", "us-west-2")
_OF_TWO = ("us-east-1", "us-west-2")
_BLOCKS: Mapping[str, Mapping[str, Fraction]] = {
    "p4d.24xlarge": dict.fromkeys(_OF_THREE, Fraction("1.475")),
    "p4de.24xlarge": dict.fromkeys(_OF_TWO, Fraction("2.214")),
    "p5.4xlarge": dict.fromkeys(_OF_THREE, Fraction("5.191")) | {_ABROAD: Fraction("4.72")},
    "p5.48xlarge": dict.fromkeys(_OF_THREE, Fraction("5.191")) | {_ABROAD: Fraction("4.72")},
    "p5e.48xlarge": dict.fromkeys(("us-east-2", "us-west-2", _ABROAD), Fraction("5.97")),
    "p5en.48xlarge": dict.fromkeys(_OF_THREE, Fraction("6.865")) | {_ABROAD: Fraction("6.241")},
    "p6-b200.48xlarge": dict.fromkeys((*_OF_THREE, _ABROAD), Fraction("12.355")),
    "p6-b300.48xlarge": dict.fromkeys((*_OF_TWO, _ABROAD), Fraction("14.04")),
}
"""US dollars for an hour of one GPU, by region."""
