"""`gpu-cluster:compliance`: what the platform is held to."""

from enum import StrEnum

from gpu_cluster.config.names import NonBlank
from gpu_cluster.config.settings import Settings


class Framework(StrEnum):
    """A catalogue of demands that stack files are checked against."""

    CIS_EKS = "cis-eks"
    POD_SECURITY = "pod-security"
    AWS_FSBP = "aws-fsbp"
    GDPR = "gdpr"
    PCI_DSS = "pci-dss"


class ComplianceSettings(Settings):
    """Compliance frameworks that the platform must meet."""

    data_residency: frozenset[NonBlank] = frozenset()
    """Regions that data may be in, such as eu-central-1, copies included. Default: any."""

    frameworks: frozenset[Framework] = frozenset()
    """Demands that it has to meet: cis-eks, pod-security, aws-fsbp, gdpr or pci-dss. Default: none."""
