"""CSI drivers that EKS has as add-ons, and what each may do in the account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EBS = "aws-ebs-csi-driver"


@dataclass(frozen=True, slots=True)
class CsiDriver:
    service_account: str
    """Service account of the pods that call AWS."""

    managed: tuple[str, ...] = ()
    """Policies of AWS that it needs in any case."""

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    """Configuration of its add-on in every stack."""


_ON_EVERY_NODE = {"node": {"tolerateAllTaints": True}}
"""A volume can be mounted wherever a pod can run."""

DRIVERS: Mapping[str, CsiDriver] = {
    EBS: CsiDriver("ebs-csi-controller-sa", ("AmazonEBSCSIDriverEKSClusterScopedPolicy",), _ON_EVERY_NODE),
    "aws-efs-csi-driver": CsiDriver("efs-csi-controller-sa", ("service-role/AmazonEFSCSIDriverPolicy",)),
    "aws-fsx-csi-driver": CsiDriver("fsx-csi-controller-sa", values=_ON_EVERY_NODE),
    "aws-mountpoint-s3-csi-driver": CsiDriver("s3-csi-driver-sa", values=_ON_EVERY_NODE),
}
"""CSI drivers by name of the add-on."""
