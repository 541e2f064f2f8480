"""Regions and availability zones in which AWS offers an instance type."""

from collections.abc import Mapping

from gpu_cluster.catalog.instances import INSTANCES
from gpu_cluster.catalog.source import Source
from gpu_cluster.catalog.table_files import rows_of, sources_of

OFFERING_SOURCES: Mapping[str, Source] = sources_of("offerings")

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


def _offerings() -> Mapping[str, _Offered]:
    """Offerings by family or type, as the table has them."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in rows_of("offerings"):
        zones = tuple(_zone(row["region"], digit) for digit in row["zones"].split())
        found.setdefault(row["kind"], {})[row["region"]] = zones
    return found


def _zone(region: str, digit: str) -> str:
    """The id of a zone by its last digit: `euc1-az2` for 2 in eu-central-1."""
    continent, side, number = region.split("-")
    short = "".join(letter for word, letter in _SIDES.items() if word in side)
    return f"{continent}{short}{number}-az{digit}"


_SIDES = {"north": "n", "south": "s", "east": "e", "west": "w", "central": "c"}

_BY_KIND = _offerings()
_OFFERINGS: Mapping[str, _Offered] = {
    name: places
    for name in INSTANCES
    if (places := _BY_KIND.get(name) or _BY_KIND.get(name.partition(".")[0]))
}
_REGIONS = {region for places in _BY_KIND.values() for region in places}
