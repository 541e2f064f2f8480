"""Where AWS offers an instance type: in which regions, and there in which zones."""

from collections.abc import Iterator, Mapping
from datetime import date

from gpu_cluster.catalog.instances import INSTANCES
from gpu_cluster.catalog.source import Source

OFFERING_SOURCES = {
    "zones": Source(
        "getmoto/moto 5.2.5, EC2 DescribeInstanceTypeOfferings by availability-zone-id", date(2026, 11, 21)
    ),
}

_Offered = Mapping[str, tuple[str, ...]]
"""Ids of zones by region."""


def zones_with(instance: str, region: str) -> tuple[str, ...] | None:
    """Ids of the zones that offer it, such as ("euc1-az2",); None where nothing is known of type or region.

    An id is the same in every account, while each account has its own name for the zone.

    zones_with("g6e.xlarge", "eu-west-1")  # ()
    """
    offered = _OFFERINGS.get(instance)
    return None if offered is None or region not in _REGIONS else offered.get(region, ())


def regions_with(instance: str) -> tuple[str, ...]:
    """Regions that offer it, in the order of the catalog; none where nothing is known of the type."""
    return tuple(_OFFERINGS.get(instance, {}))


def _offerings() -> Iterator[tuple[str, _Offered]]:
    for block in _TABLE.strip().split("\n\n"):
        kinds, _, places = block.partition(":\n")
        zones = dict(_zones(place) for place in places.split())
        yield from ((kind, zones) for kind in kinds.split())


def _zones(place: str) -> tuple[str, tuple[str, ...]]:
    """`eu-central-1:23` as the region, and euc1-az2 and euc1-az3."""
    region, _, numbers = place.partition(":")
    continent, side, number = region.split("-")
    short = continent + "".join(letter for word, letter in _SIDES.items() if word in side) + number
    return region, tuple(f"{short}-az{number}" for number in numbers)


_SIDES = {"north": "n", "south": "s", "east": "e", "west": "w", "central": "c"}

# families and types, the narrower later:
#   regions, each with the last digits of its zones' ids
_TABLE = """
g4dn:
  us-east-1:12456 us-east-2:123 us-west-1:13 us-west-2:123 ca-central-1:12 sa-east-1:123
  eu-central-1:123 eu-north-1:123 eu-south-1:23 eu-west-1:123 eu-west-2:123 eu-west-3:123 me-south-1:23
  af-south-1:23 ap-east-1:123 ap-northeast-1:124 ap-northeast-2:123 ap-northeast-3:12 ap-south-1:123
  ap-southeast-1:123 ap-southeast-2:123

g5:
  us-east-1:12456 us-east-2:123 us-west-2:123 ca-central-1:12 sa-east-1:12 eu-central-1:123
  eu-north-1:23 eu-south-2:123 eu-west-1:123 eu-west-2:23 eu-west-3:123 il-central-1:123 me-central-1:12
  ap-east-1:12 ap-northeast-1:14 ap-northeast-2:134 ap-south-1:13 ap-southeast-2:12 ap-southeast-3:13

g6:
  us-east-1:12456 us-east-2:123 us-west-2:1234 ca-central-1:124 sa-east-1:12 eu-central-1:123
  eu-central-2:23 eu-north-1:12 eu-south-2:123 eu-west-2:123 eu-west-3:23 me-central-1:12
  ap-northeast-1:14 ap-northeast-2:134 ap-south-1:13 ap-south-2:12 ap-southeast-2:123 ap-southeast-5:12

g6e:
  us-east-1:1246 us-east-2:123 us-west-2:1234 eu-central-1:123 eu-north-1:12 eu-south-2:23
  me-central-1:12 ap-northeast-1:14 ap-northeast-2:12 ap-northeast-3:12 ap-south-1:13 ap-south-2:12

g6f gr6f.4xlarge:
  us-east-1:1246 us-east-2:123 us-west-2:1234 ca-central-1:12 sa-east-1:12 eu-central-1:23 eu-north-1:12
  eu-south-2:123 eu-west-2:23 ap-northeast-1:14 ap-northeast-2:134 ap-south-1:13 ap-southeast-2:12

gr6:
  us-east-1:1246 us-east-2:123 us-west-2:1234 ca-central-1:12 sa-east-1:12 eu-central-1:23
  eu-central-2:23 eu-north-1:12 eu-south-2:123 eu-west-2:23 eu-west-3:23 ap-northeast-1:14
  ap-northeast-2:14 ap-south-1:13 ap-southeast-2:12 ap-southeast-5:12

g7:
  us-east-1:1246 us-east-2:123 us-west-2:1234 eu-central-1:12 eu-north-1:12 eu-south-2:12

g7e:
  us-east-1:26 us-east-2:123 us-west-2:1234 eu-central-1:23 eu-north-1:13 eu-south-2:12 eu-west-2:12
  ap-northeast-1:14 ap-northeast-2:12 ap-south-1:13 ap-southeast-3:2

g7e.8xlarge:
  us-east-1:26 us-east-2:12 us-west-2:1234 eu-central-1:23 eu-north-1:13 eu-south-2:12 eu-west-2:12
  ap-northeast-1:14 ap-northeast-2:12 ap-south-1:13 ap-southeast-3:2

p4d.24xlarge:
  us-east-1:1246 us-east-2:123 us-west-2:1234 ca-central-1:12 sa-east-1:13 eu-central-1:123 eu-north-1:3
  eu-west-1:2 eu-west-2:23 ap-northeast-1:14 ap-northeast-2:24 ap-south-1:123 ap-southeast-2:12

p4de.24xlarge:
  us-east-1:46 us-west-2:123 eu-central-1:12 il-central-1:123 ap-northeast-1:14 ap-southeast-1:23

p5.4xlarge:
  us-east-1:123456 us-east-2:123 us-west-2:1234 sa-east-1:3 eu-north-1:123 eu-west-2:123
  ap-northeast-1:1 ap-south-1:123 ap-southeast-2:3 ap-southeast-3:1

p5.48xlarge:
  us-east-1:123456 us-east-2:123 us-west-1:13 us-west-2:1234 ca-central-1:4 sa-east-1:3 eu-north-1:123
  eu-west-2:123 ap-northeast-1:14 ap-northeast-2:1 ap-south-1:123 ap-southeast-2:123 ap-southeast-3:1

p5e.48xlarge:
  us-east-2:123 us-west-2:3 sa-east-1:23 eu-north-1:1 eu-west-2:2 ap-southeast-2:3 ap-southeast-3:13

p5en.48xlarge:
  us-east-1:26 us-east-2:123 us-west-1:3 us-west-2:234 eu-north-1:13 eu-south-2:12 me-central-1:13
  ap-northeast-1:4 ap-northeast-2:1 ap-south-1:13 ap-southeast-3:23

p6-b200.48xlarge:
  us-east-1:6 us-east-2:123 us-west-2:124 eu-north-1:2 eu-west-3:1 ap-south-1:2 ap-south-2:2

p6-b300.48xlarge:
  us-east-1:26 us-west-2:12 sa-east-1:23 ap-northeast-2:3 ap-south-2:13 ap-southeast-3:123

m6i:
  us-east-1:12456 us-east-2:123 us-west-1:13 us-west-2:1234 ca-central-1:124 ca-west-1:123 sa-east-1:123
  eu-central-1:123 eu-central-2:123 eu-north-1:123 eu-south-1:123 eu-west-1:123 eu-west-2:123
  eu-west-3:123 il-central-1:123 me-central-1:123 me-south-1:123 af-south-1:123 ap-east-1:123
  ap-northeast-1:124 ap-northeast-2:1234 ap-northeast-3:123 ap-south-1:123 ap-south-2:123
  ap-southeast-1:123 ap-southeast-2:123 ap-southeast-3:123 ap-southeast-5:123

m7i:
  us-east-1:12456 us-east-2:123 us-west-1:13 us-west-2:1234 ca-central-1:124 sa-east-1:123
  eu-central-1:123 eu-central-2:123 eu-north-1:123 eu-south-1:123 eu-south-2:123 eu-west-1:123
  eu-west-2:1234 eu-west-3:123 il-central-1:123 me-central-1:123 af-south-1:123 ap-east-1:123
  ap-northeast-1:124 ap-northeast-2:1234 ap-northeast-3:123 ap-south-1:123 ap-south-2:123
  ap-southeast-1:123 ap-southeast-2:123 ap-southeast-3:123 ap-southeast-4:123 ap-southeast-5:123

m7g:
  us-east-1:12456 us-east-2:123 us-west-1:13 us-west-2:1234 ca-central-1:124 sa-east-1:123
  eu-central-1:123 eu-central-2:123 eu-north-1:123 eu-south-2:123 eu-west-1:123 eu-west-2:1234
  eu-west-3:123 il-central-1:123 me-central-1:123 me-south-1:123 af-south-1:123 ap-east-1:123
  ap-northeast-1:124 ap-northeast-2:1234 ap-northeast-3:123 ap-south-1:123 ap-south-2:123
  ap-southeast-1:123 ap-southeast-2:123 ap-southeast-3:123 ap-southeast-4:123 ap-southeast-5:123

c7i:
  us-east-1:12456 us-east-2:123 us-west-1:13 us-west-2:1234 ca-central-1:124 ca-west-1:12 sa-east-1:123
  eu-central-1:123 eu-central-2:123 eu-north-1:123 eu-south-1:123 eu-south-2:123 eu-west-1:123
  eu-west-2:1234 eu-west-3:123 il-central-1:13 me-central-1:123 af-south-1:123 ap-east-1:123
  ap-northeast-1:124 ap-northeast-2:1234 ap-northeast-3:123 ap-south-1:123 ap-south-2:123
  ap-southeast-1:123 ap-southeast-2:123 ap-southeast-3:123 ap-southeast-4:123 ap-southeast-5:123

r7i:
  us-east-1:12456 us-east-2:123 us-west-1:13 us-west-2:1234 ca-central-1:124 sa-east-1:123
  eu-central-1:123 eu-north-1:123 eu-south-1:123 eu-south-2:123 eu-west-1:123 eu-west-2:1234
  eu-west-3:123 ap-northeast-1:124 ap-northeast-2:1234 ap-northeast-3:123 ap-south-1:123 ap-south-2:123
  ap-southeast-1:123 ap-southeast-2:123 ap-southeast-3:123 ap-southeast-4:123 ap-southeast-5:123
"""

_BY_KIND = dict(_offerings())
_OFFERINGS: Mapping[str, _Offered] = {
    name: places
    for name in INSTANCES
    if (places := _BY_KIND.get(name) or _BY_KIND.get(name.partition(".")[0]))
}
_REGIONS = {region for places in _BY_KIND.values() for region in places}
