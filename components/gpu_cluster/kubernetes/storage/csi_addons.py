"""CSI drivers for the storage of a stack, and the snapshot controller, as EKS add-ons."""

from collections.abc import Mapping

from gpu_cluster.config.section import Settings
from gpu_cluster.config.storage import Ebs, Efs, StorageSettings
from gpu_cluster.config.stores import S3, FsxLustre

_ADDONS: dict[type[Settings], tuple[str, ...]] = {
    Ebs: ("aws-ebs-csi-driver", "snapshot-controller"),
    Efs: ("aws-efs-csi-driver",),
    FsxLustre: ("aws-fsx-csi-driver",),
    S3: ("aws-mountpoint-s3-csi-driver",),
}


def csi_addons(settings: Mapping[str, StorageSettings]) -> frozenset[str]:
    """Names of the add-ons, such as aws-efs-csi-driver.

    csi_addons({"home": Efs(kind="efs")})
    # frozenset({"aws-efs-csi-driver"})
    """
    return frozenset(addon for chosen in settings.values() for addon in _ADDONS.get(type(chosen), ()))
