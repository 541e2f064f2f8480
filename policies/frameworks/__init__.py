"""Catalogues of controls, each with its source and date, and what of them no rule can show."""

from components.config.compliance import Framework
from policies.frameworks.aws_fsbp import AWS_FSBP
from policies.frameworks.catalogue import Catalogue, Control
from policies.frameworks.cis_eks import CIS_EKS
from policies.frameworks.gdpr import GDPR
from policies.frameworks.pci_dss import PCI_DSS
from policies.frameworks.pod_security import POD_SECURITY

CATALOGUES = {
    Framework.CIS_EKS: CIS_EKS,
    Framework.POD_SECURITY: POD_SECURITY,
    Framework.AWS_FSBP: AWS_FSBP,
    Framework.GDPR: GDPR,
    Framework.PCI_DSS: PCI_DSS,
}

__all__ = ["CATALOGUES", "Catalogue", "Control"]
