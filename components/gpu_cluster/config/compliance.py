"""`gpu-cluster:compliance`: compliance frameworks and data residency."""

from enum import StrEnum

from gpu_cluster.config.names import NonBlank
from gpu_cluster.config.section import Settings


class Framework(StrEnum):
    """Compliance framework that stacks are checked against."""

    CIS_EKS = "cis-eks"
    POD_SECURITY = "pod-security"
    AWS_FSBP = "aws-fsbp"
    GDPR = "gdpr"
    PCI_DSS = "pci-dss"
    SOC2 = "soc2"


class ComplianceSettings(Settings):
    """Compliance frameworks that the platform must meet."""

    data_residency: frozenset[NonBlank] = frozenset()
    """Regions where data and its copies may be stored, such as eu-central-1. Default: any."""

    frameworks: frozenset[Framework] = frozenset()
    """Frameworks to comply with: cis-eks, pod-security, aws-fsbp, gdpr, pci-dss or soc2. Default: none."""
