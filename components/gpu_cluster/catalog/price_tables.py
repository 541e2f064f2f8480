"""Reader of the price tables: CSV files in the folder `prices`, each price with its source and date."""

from collections.abc import Mapping
from datetime import date
from functools import cache

from gpu_cluster.catalog.source import Source
from gpu_cluster.catalog.table_files import rows_of


@cache
def price_sources() -> Mapping[str, Source]:
    """Sources by the names that the column `source` gives them."""
    return {
        row["source"]: Source(row["where"], date.fromisoformat(row["date"]))
        for row in rows_of("sources", "prices")
    }
