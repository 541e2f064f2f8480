"""Reader of the catalog's tables: CSV files in the folder `tables`, with their sources in one of them."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from gpu_cluster.catalog.source import Source

_CATALOG = Path(__file__).parent


def rows_of(table: str, folder: str = "tables") -> Iterator[Mapping[str, str]]:
    """Rows of `<folder>/<table>.csv`, by the names of its columns."""
    with (_CATALOG / folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def sources_of(table: str) -> Mapping[str, Source]:
    """Sources of a table, by what of it each is for."""
    return _sources()[table]


@cache
def _sources() -> Mapping[str, Mapping[str, Source]]:
    found: dict[str, dict[str, Source]] = {}
    for row in rows_of("sources"):
        source = Source(row["where"], date.fromisoformat(row["date"]))
        found.setdefault(row["table"], {})[row["part"]] = source
    return found
