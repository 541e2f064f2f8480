"""Versions of Kubernetes that Amazon EKS runs, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gpu_cluster.catalog.source import Source

KUBERNETES_SOURCES = {
    "standard_until": Source("Amazon EKS user guide, Kubernetes release calendar", date(2026, 8, 22)),
    "extended_until": Source("Amazon EKS user guide: 12 months after standard", date(2026, 8, 22)),
}


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
        """On the day of the source: what a stack file may say does not change overnight."""
        return KUBERNETES_SOURCES["standard_until"].date <= self.standard_until


_ALL = (
    KubernetesVersion("1.31", date(2025, 11, 26), date(2026, 11, 26)),
    KubernetesVersion("1.32", date(2026, 3, 23), date(2027, 3, 23)),
    KubernetesVersion("1.33", date(2026, 7, 29), date(2027, 7, 29)),
    KubernetesVersion("1.34", date(2026, 12, 2), date(2027, 12, 2)),
    KubernetesVersion("1.35", date(2027, 3, 27), date(2028, 3, 27)),
    KubernetesVersion("1.36", date(2027, 8, 2), date(2028, 8, 2)),
)

KUBERNETES_VERSIONS: Mapping[str, KubernetesVersion] = {version.name: version for version in _ALL}
"""Every version that a cluster can be made with, oldest first."""
