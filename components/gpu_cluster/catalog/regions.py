"""AWS regions of the commercial partition in which EKS runs."""

from collections.abc import Mapping

from gpu_cluster.catalog.source import Source
from gpu_cluster.catalog.table_files import rows_of, sources_of

REGION_SOURCES: Mapping[str, Source] = sources_of("regions")

REGIONS: Mapping[str, str] = {row["region"]: row["place"] for row in rows_of("regions")}
"""Location of each region by its code."""
