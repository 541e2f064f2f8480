"""Prices of one region, as the AWS Price List API gives them."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from gpu_cluster.catalog import INSTANCES

ENDPOINT_REGION = "us-east-1"
"""One of three regions that answer GetProducts, for all others as well (botocore 1.44.5, endpoints.json)."""

SOURCE = "AWS Price List API, GetProducts"

_REGION = r"(?:[A-Z]{2,4}\d?|[a-z]{2}-[a-z]+-\d)"
"""Prefix of usage types outside us-east-1; those of Outposts have another word."""

_INSTANCES = {
    "operatingSystem": "Linux",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
    "marketoption": "OnDemand",
    "tenancy": "Shared",
}
"""Filters of a price on demand, as Karpenter asks for it (karpenter-provider-aws, pricing.go, 2026-07-20)."""


class PriceList(Protocol):
    """The API, one call for all pages of an answer."""

    def all_of(self, service: str, operation: str, key: str, **arguments: Any) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """US dollars by name, in the units of a price file."""

    instances: Mapping[str, Fraction]
    services: Mapping[str, Fraction]
    unread: tuple[str, ...] = ()
    """Services without a price in the response, or with several."""


class Query(NamedTuple):
    """Filters of a service in the price list, as in infracost's resources (infracost/infracost,
    2026-08-21); usage types of Inspector as in a bill of ap-northeast-1 of 2025-11."""

    service: str
    offer: str
    family: str
    """Empty for all families of the offer."""

    usage: str
    """Usage type, without the prefix of a region."""

    factor: Fraction
    """Units of the price list in one unit of the price file."""


def fetched(aws: PriceList, region: str) -> Fetched:
    """On-demand prices of the catalog's instance types, and of services. Errors as of `Aws.call`."""
    instances = dict(_instances(aws, region))
    services: dict[str, Fraction] = {}
    unread: list[str] = []
    for (offer, family), queries in _by_family().items():
        products = _products(aws, offer, region, **({"productFamily": family} if family else {}))
        for query in queries:
            prices = {usd for product in products if _is_of(product, query.usage) for usd in _usd(product)}
            if len(prices) == 1:
                services[query.service] = prices.pop() * query.factor
            else:
                unread.append(query.service)
    return Fetched(instances, services, tuple(sorted(unread)))


def queries() -> list[Query]:
    with (Path(__file__).parent / "queries.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return [
            Query(it["service"], it["offer"], it["family"], it["usage"], Fraction(it["factor"]))
            for it in rows
        ]


def _by_family() -> dict[tuple[str, str], list[Query]]:
    """Prices of a product family, with one call."""
    families: dict[tuple[str, str], list[Query]] = {}
    for query in queries():
        families.setdefault((query.offer, query.family), []).append(query)
    return families


def _instances(aws: PriceList, region: str) -> Iterator[tuple[str, Fraction]]:
    for family in ("Compute Instance", "Compute Instance (bare metal)"):
        for product in _products(aws, "AmazonEC2", region, productFamily=family, **_INSTANCES):
            name = product["product"]["attributes"].get("instanceType", "")
            if name in INSTANCES:
                yield from ((name, usd) for usd in _usd(product))


def _products(aws: PriceList, offer: str, region: str, **attributes: str) -> list[dict[str, Any]]:
    filters = [
        {"Type": "TERM_MATCH", "Field": name, "Value": value}
        for name, value in {"regionCode": region, **attributes}.items()
    ]
    items = aws.all_of("pricing", "get_products", "PriceList", ServiceCode=offer, Filters=filters)
    return [json.loads(item) for item in items]


def _is_of(product: Mapping[str, Any], usage: str) -> bool:
    """`EUC1-NatGateway-Hours`, `us-east-1-KMS-Keys` or, in us-east-1, the usage type as it is."""
    given: str = product["product"]["attributes"].get("usagetype", "")
    return bool(re.fullmatch(rf"({_REGION}-)?{re.escape(usage)}", given))


def _usd(product: Mapping[str, Any]) -> Iterator[Fraction]:
    """Price of the first tier that costs anything."""
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        tiers = sorted(
            (Fraction(it.get("beginRange", "0")), Fraction(it["pricePerUnit"]["USD"]))
            for it in term["priceDimensions"].values()
            if "USD" in it["pricePerUnit"]
        )
        yield from [usd for _, usd in tiers if usd > 0][:1]
