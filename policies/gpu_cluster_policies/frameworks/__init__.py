"""Catalogues of controls, each with its source and date, and what of them no rule can show."""

from gpu_cluster.config.compliance import Framework
from gpu_cluster_policies.frameworks.aws_fsbp import AWS_FSBP
from gpu_cluster_policies.frameworks.catalogue import Catalogue, Control
from gpu_cluster_policies.frameworks.cis_eks import CIS_EKS
from gpu_cluster_policies.frameworks.gdpr import GDPR
from gpu_cluster_policies.frameworks.pci_dss import PCI_DSS
from gpu_cluster_policies.frameworks.pod_security import POD_SECURITY
from gpu_cluster_policies.frameworks.soc2 import SOC2

CATALOGUES = {
    Framework.CIS_EKS: CIS_EKS,
    Framework.POD_SECURITY: POD_SECURITY,
    Framework.AWS_FSBP: AWS_FSBP,
    Framework.GDPR: GDPR,
    Framework.PCI_DSS: PCI_DSS,
    Framework.SOC2: SOC2,
}

__all__ = ["CATALOGUES", "Catalogue", "Control"]
