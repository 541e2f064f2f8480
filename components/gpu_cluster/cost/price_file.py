"""`prices.yaml` of a project: its own prices and discounts, each with source and date."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from gpu_cluster.catalog.price import Price
from gpu_cluster.catalog.service_prices import SERVICES
from gpu_cluster.catalog.source import Source
from gpu_cluster.cost.price_entries import Entries, Section
from gpu_cluster.cost.prices import CATALOG, Discount, Prices, ProjectPrices
from gpu_cluster.stack.diagnostic import FileError, LocatedDiagnostic, dotted
from gpu_cluster.stack.document import UnreadableFileError, read

FILE = "prices.yaml"
"""Name of the price file, next to the folder stacks/ of a project."""

_PRICES = ("region", "source", "date", "instances", "capacityBlocks", "services")
_DISCOUNTS = ("percent", "source", "date", "instances", "services", "regions")
_HOUR = "hour"


class PriceFileError(FileError):
    """A price file that cannot be used, with everything that is wrong with it."""


def project_prices(project: Path | None) -> Prices:
    """Prices of a project: its `prices.yaml` first, then the catalog.

    `PriceFileError` with all errors at once, in the order of the file.
    """
    path = project / FILE if project else None
    return prices_in(path) if path and path.is_file() else CATALOG


def prices_in(path: Path) -> ProjectPrices:
    try:
        document = read(path)
    except UnreadableFileError as error:
        empty = error.message.startswith("the file is empty")
        message = "the file is empty; expected prices or discounts" if empty else error.message
        raise PriceFileError((LocatedDiagnostic(path.name, error.line, "", message),)) from None
    entries = Entries(list(document.diagnostics))
    found = _prices(entries, document.data)
    if entries.diagnostics:
        raise PriceFileError(document.located(path.name, entries.diagnostics))
    return found


def _prices(entries: Entries, data: object) -> ProjectPrices:
    root = entries.section(data, (), ("prices", "discounts"))
    instances: dict[tuple[str, str], Price] = {}
    blocks: dict[tuple[str, str], Price] = {}
    services: dict[tuple[str, str], Price] = {}
    for block in root.items("prices"):
        priced = entries.section(block.value, block.keys, _PRICES, required=("region", "source", "date"))
        region = priced.region("region") or ""
        source = _source(priced)
        if not any(kind in priced.values for kind in ("instances", "capacityBlocks", "services")):
            priced.wrong("expected instances, capacityBlocks or services")
        for kind, into in (("instances", instances), ("capacityBlocks", blocks)):
            for name, usd in priced.amounts(kind, entries.instance):
                _add(into, priced, kind, name, region, Price(usd, _HOUR, source))
        for name, usd in priced.amounts("services", entries.service):
            _add(services, priced, "services", name, region, Price(usd, SERVICES[name].unit, source))
    return ProjectPrices(instances, blocks, services, tuple(_discounts(entries, root)))


def _add(
    into: dict[tuple[str, str], Price], section: Section, kind: str, name: str, region: str, price: Price
) -> None:
    if (name, region) in into:
        section.wrong(f"the price for {name} in {region} is given twice", kind, name)
    into[name, region] = price


def _discounts(entries: Entries, root: Section) -> Iterator[Discount]:
    given: dict[tuple[str, str], str] = {}
    for entry in root.items("discounts"):
        section = entries.section(entry.value, entry.keys, _DISCOUNTS, required=("percent", "source", "date"))
        source = _source(section)
        names = (
            *section.words("instances", entries.instance_or_family),
            *section.words("services", entries.service),
        )
        regions = section.words("regions", entries.known_region)
        if not names:
            section.wrong("expected instances or services of the discount")
        for name in names:
            for region in regions or ("",):
                if other := given.get((name, region)) or given.get((name, "")):
                    section.wrong(f"{name} already has a discount, in {other}")
                given[name, region] = dotted(entry.keys)
        percent = section.percent("percent")
        if percent is not None:
            yield Discount(1 - percent / 100, frozenset(names), frozenset(regions), source)


def _source(section: Section) -> Source:
    where = section.text("source") or ""
    return Source(where, section.day("date") or date.min)
