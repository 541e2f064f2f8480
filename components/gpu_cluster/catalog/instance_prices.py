"""What EC2 instances cost by the hour: on demand, as spot, and in capacity blocks."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from itertools import groupby

from gpu_cluster.catalog.instances import INSTANCE_SOURCES, INSTANCES
from gpu_cluster.catalog.offerings import regions_with
from gpu_cluster.catalog.price import MOVING_PRICE_DAYS, Price, PriceError
from gpu_cluster.catalog.source import Source

INSTANCE_PRICE_SOURCES = {
    "on demand, us-east-1": INSTANCE_SOURCES["hourly_usd"],
    "on demand, other regions": Source(
        "skypilot-org/skypilot-catalog catalogs/v8/aws/vms.csv at e385a0d3, as ratios to us-east-1",
        date(2026, 11, 25),
    ),
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
    """Linux, for an hour. `PriceError` where none is published, or the catalog has none for the region.

    on_demand("g6.4xlarge", "us-east-2").usd  # 1.3232
    """
    if instance not in INSTANCES:
        raise PriceError(f"no price for {instance}, which is not in the catalog")
    hourly = INSTANCES[instance].hourly_usd
    if hourly is None:
        raise PriceError(f"AWS publishes no on-demand price for {instance}")
    offered = regions_with(instance)
    if offered and region not in offered:
        raise PriceError(f"AWS does not offer {instance} in {region}, but in {', '.join(offered)}")
    base = Fraction(str(hourly))
    if region == "us-east-1":
        return Price(base, _HOUR, INSTANCE_PRICE_SOURCES["on demand, us-east-1"])
    ratio = _RATIOS.get(instance.partition(".")[0], {}).get(region)
    if ratio is None:
        raise PriceError(f"no on-demand price for {instance} in {region}")
    return Price(base * ratio, _HOUR, INSTANCE_PRICE_SOURCES["on demand, other regions"])


def spot(instance: str, region: str) -> tuple[Price, Price]:
    """An estimate: the least and the most that an hour costs. `PriceError` as for `on_demand`.

    It is for a range, not for a bill: AWS changes spot prices all the time, in each zone by itself.
    """
    return spot_range(instance, on_demand(instance, region))


def spot_range(instance: str, most: Price) -> tuple[Price, Price]:
    """The same for a price on demand that is known otherwise."""
    share = _LOWEST_SPOT.get(instance.partition(".")[0], _LARGEST_DISCOUNT)
    source = INSTANCE_PRICE_SOURCES["spot"]
    least, capped = (
        Price(most.usd * part, _HOUR, source, MOVING_PRICE_DAYS) for part in (share, Fraction(1))
    )
    return least, capped


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


def _ratios() -> dict[str, dict[str, Fraction]]:
    """A region's price of a whole family as a multiple of that of us-east-1."""
    ratios: dict[str, dict[str, Fraction]] = {}
    for blank, lines in groupby(_ELSEWHERE.splitlines(), key=lambda line: not line):
        if blank:
            continue
        family, base, *others = " ".join(lines).split()
        ratios[family] = {
            region: Fraction(price) / Fraction(base)
            for region, price in (other.split(":") for other in others)
        }
    return ratios


# A family, what one of its types costs in us-east-1, and what the same type costs elsewhere: the sizes of a
# family differ by the same factor in every region. Types: g6.4xlarge, g6e.24xlarge, p5.48xlarge; of m7i the
# price of m7i-flex.8xlarge, which is 95 % of m7i.8xlarge everywhere.
_ELSEWHERE = """
m7i 1.53216 us-east-2:1.53216 us-west-1:1.78752 us-west-2:1.53216 ca-central-1:1.70768
  eu-central-1:1.83536 eu-north-1:1.628 eu-south-2:1.70768 eu-west-1:1.70768 eu-west-2:1.77152
  eu-west-3:1.78752 ap-east-1:2.10672 ap-northeast-1:1.97904 ap-northeast-2:1.88336 ap-northeast-3:1.97904
  ap-south-1:1.612 ap-southeast-1:1.9152 ap-southeast-2:1.9152 ap-southeast-3:1.9152

g6 1.3232 us-east-2:1.3232 us-west-2:1.3232 ca-central-1:1.4692 eu-central-1:1.65466 eu-north-1:1.40343
  eu-south-2:1.39423 eu-west-2:1.67965 eu-west-3:1.67965 me-central-1:1.6248 ap-northeast-1:1.91903
  ap-northeast-2:1.62704 ap-south-1:1.58889 ap-southeast-2:1.72042

g6e 15.06559 us-east-2:15.06559 us-west-2:15.06559 eu-central-1:18.83806 eu-north-1:15.98037
  eu-south-2:15.87513 ap-northeast-1:21.84956 ap-northeast-2:18.52234

p4d 21.957642 us-east-2:21.95764 us-west-2:21.95764 ca-central-1:25.25174 eu-central-1:27.43298
  eu-west-1:23.71569 ap-northeast-1:30.09784 ap-northeast-2:30.41028 ap-south-1:26.3444
  ap-southeast-2:28.54493

p4de 27.44705 us-west-2:27.44705 eu-central-1:34.29122 ap-northeast-1:37.6223 ap-southeast-1:32.93646

p5 55.04 us-east-2:55.04 us-west-1:68.8 us-west-2:55.04 ca-central-1:63.296 eu-north-1:58.8928
  eu-west-2:71.552 ap-northeast-1:68.8 ap-south-1:66.048 ap-southeast-2:71.552 ap-southeast-3:75.9552

p5en 63.296 us-east-2:63.296 us-west-1:79.12 us-west-2:63.296 eu-north-1:67.72672 eu-south-2:68.35968
  ap-northeast-1:79.12 ap-northeast-2:87.34848 ap-south-1:75.9552 ap-southeast-3:87.34848

p6-b200 113.9328 us-east-2:113.9328 us-west-2:113.9328
"""

_RATIOS: Mapping[str, Mapping[str, Fraction]] = _ratios()

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
