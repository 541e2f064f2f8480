"""Reader of the price tables: CSV files in the folder `prices`, each price with its source and date."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from gpu_cluster.catalog.source import Source

_FOLDER = Path(__file__).parent / "prices"


def rows_of(table: str) -> Iterator[Mapping[str, str]]:
    """Rows of `prices/<table>.csv`, by the names of its columns."""
    with (_FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def price_sources() -> Mapping[str, Source]:
    """Sources by the names that the column `source` gives them."""
    return {
        row["source"]: Source(row["where"], date.fromisoformat(row["date"])) for row in rows_of("sources")
    }
