"""AWS regions in which EKS runs, of the commercial partition and of AWS GovCloud (US)."""

from collections.abc import Mapping
from typing import Literal

from gpu_cluster.catalog.source import Source
from gpu_cluster.catalog.table_files import rows_of, sources_of

REGION_SOURCES: Mapping[str, Source] = sources_of("regions")

REGIONS: Mapping[str, str] = {row["region"]: row["place"] for row in rows_of("regions")}
"""Location of each region by its code."""

PRICED_REGIONS = tuple(it for it in REGIONS if not it.startswith("us-gov-"))
"""Regions of which the catalog has prices and offerings: those of the commercial partition."""

_LETTERS = {row["region"]: (row["zones"], row["zones of some accounts"]) for row in rows_of("regions")}

_WITHOUT = {row["region"]: row["without"].split() for row in rows_of("regions")}


def region_lacks(region: str, service: Literal["inspector"]) -> bool:
    """True if AWS does not offer a service in a region of the catalog.

    region_lacks("ap-southeast-6", "inspector")  # True
    """
    return service in _WITHOUT[region]


def zone_names(region: str) -> tuple[str, ...]:
    """Names of all zones that an account can have in a region of the catalog.

    zone_names("ca-west-1")  # ("ca-west-1a", "ca-west-1b", "ca-west-1c")
    """
    return tuple(f"{region}{letter}" for letter in sorted("".join(_LETTERS[region])))


def zones_of_some_accounts(region: str) -> tuple[str, ...]:
    """Names among `zone_names` that not every account has.

    zones_of_some_accounts("ap-northeast-1")  # ("ap-northeast-1b",)
    """
    return tuple(f"{region}{letter}" for letter in _LETTERS[region][1])
