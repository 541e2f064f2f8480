"""Add-ons of Amazon EKS that the platform installs, and the version of each for every Kubernetes version."""

from collections.abc import Mapping

from gpu_cluster.catalog.source import Source
from gpu_cluster.catalog.table_files import rows_of, sources_of

ADDON_SOURCES: Mapping[str, Source] = sources_of("addons")

_KUBERNETES = "kubernetes"

ADDON_VERSIONS: Mapping[str, Mapping[str, str]] = {
    row[_KUBERNETES]: {addon: version for addon, version in row.items() if addon != _KUBERNETES}
    for row in rows_of("addons")
}
"""Version by add-on, by Kubernetes version."""

ADDONS = tuple(next(iter(ADDON_VERSIONS.values())))
"""Every add-on that the platform can install."""

ADDON_LEAST: Mapping[str, str] = {row["addon"]: row["minimum"] for row in rows_of("addon_minimum_versions")}
"""Minimum version of an add-on with the features that the platform uses."""
