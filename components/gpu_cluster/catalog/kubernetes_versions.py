"""Versions of Kubernetes that Amazon EKS runs, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gpu_cluster.catalog.source import Source
from gpu_cluster.catalog.table_files import rows_of, sources_of

KUBERNETES_SOURCES: Mapping[str, Source] = sources_of("kubernetes_versions")


@dataclass(frozen=True, slots=True)
class KubernetesVersion:
    name: str
    """Minor version, such as 1.35."""

    standard_until: date
    """Last day of standard support."""

    extended_until: date
    """Last day of extended support, which has a price; then AWS upgrades the cluster."""

    @property
    def minor(self) -> int:
        """35 of 1.35."""
        return int(self.name.partition(".")[2])

    @property
    def in_standard_support(self) -> bool:
        """True if in standard support on the date of the source: no stack file becomes invalid overnight."""
        return KUBERNETES_SOURCES["standard_until"].date <= self.standard_until


_ALL = (
    KubernetesVersion(
        row["version"],
        date.fromisoformat(row["standard_until"]),
        date.fromisoformat(row["extended_until"]),
    )
    for row in rows_of("kubernetes_versions")
)

KUBERNETES_VERSIONS: Mapping[str, KubernetesVersion] = {version.name: version for version in _ALL}
"""Every version that a cluster can be made with, oldest first."""
