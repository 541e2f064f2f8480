"""CSI drivers that EKS has as add-ons, and what each may do in the account."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class CsiDriver(StrEnum):
    """By the name of the add-on."""

    EBS = "aws-ebs-csi-driver"
    EFS = "aws-efs-csi-driver"
    FSX = "aws-fsx-csi-driver"
    S3 = "aws-mountpoint-s3-csi-driver"


@dataclass(frozen=True, slots=True)
class Driver:
    service_account: str
    """Whose pods call AWS."""

    managed: tuple[str, ...] = ()
    """Policies of AWS that it needs in any case."""

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    """Configuration of its add-on."""


_ON_EVERY_NODE = {"node": {"tolerateAllTaints": True}}
"""A volume can be mounted wherever a pod can run."""

DRIVERS = {
    CsiDriver.EBS: Driver(
        "ebs-csi-controller-sa", ("AmazonEBSCSIDriverEKSClusterScopedPolicy",), _ON_EVERY_NODE
    ),
    CsiDriver.EFS: Driver("efs-csi-controller-sa", ("service-role/AmazonEFSCSIDriverPolicy",)),
    CsiDriver.FSX: Driver("fsx-csi-controller-sa", values=_ON_EVERY_NODE),
    CsiDriver.S3: Driver("s3-csi-driver-sa", values=_ON_EVERY_NODE),
}
