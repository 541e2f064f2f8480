"""`gpu-cluster:storage`: storage classes and stores."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gpu_cluster.config.section import Settings
from gpu_cluster.config.stores import (
    S3,
    AbsolutePath,
    CsiVolume,
    DriverName,
    FsxLustre,
    NfsFolder,
    NodeFolder,
    ServerAddress,
)


class _StorageClass(Settings):
    default: bool = False
    """Default storage class; exactly one class must have it. Default: false."""

    reclaim: Literal["retain", "delete"] = "retain"
    """Reclaim policy of volumes when the claim is deleted. Default: retain."""


class HostPath(_StorageClass):
    """Folder on this machine; only with provider local."""

    kind: Literal["host-path"]
    """host-path: a folder on this machine."""


class LocalPath(_StorageClass):
    """Folder on the node, with the local-path provisioner of k3s."""

    kind: Literal["local-path"]
    """local-path: a folder on the node."""


class Nfs(_StorageClass):
    """NFS export, with the NFS CSI driver."""

    kind: Literal["nfs"]
    """nfs: a folder in an NFS export per claim."""

    server: ServerAddress
    """Host name or IP address of the NFS server."""

    share: AbsolutePath
    """Exported path, such as /srv/models."""


class Csi(_StorageClass):
    """Another installed CSI driver."""

    kind: Literal["csi"]
    """csi: an installed CSI driver."""

    provisioner: DriverName
    """Name of the CSI driver, such as rook-ceph.cephfs.csi.ceph.com."""

    parameters: dict[str, str] = Field(default={})
    """Parameters of the driver. Default: none."""

    shared: bool = False
    """Set if the driver supports ReadWriteMany. Default: false."""

    expandable: bool = False
    """Set if the driver supports volume expansion. Default: false."""


class Ebs(_StorageClass):
    """Encrypted EBS gp3 volumes (ReadWriteOnce, in one zone)."""

    kind: Literal["ebs"]
    """ebs: an EBS volume per claim."""

    iops: Annotated[int, Field(ge=3000, le=80_000)] = 3000
    """Provisioned IOPS per volume, at most 500 per GiB. Default: 3000."""

    throughput: Annotated[int, Field(ge=125, le=2000)] = 125
    """Throughput per volume in MiB/s, at most a quarter of iops. Default: 125."""

    backup_days: Annotated[int, Field(ge=0, le=36_500)] | None = None
    """Retention of daily backups in days; 0 for none. Default: 35, or 0 with reclaim delete."""

    @model_validator(mode="after")
    def _fast_enough(self) -> Self:
        if self.throughput * 4 > self.iops:
            least = max(self.throughput * 4, 3000)
            raise ValueError(
                f"throughput {self.throughput} requires iops of at least {least}, got {self.iops}"
            )
        return self


class Efs(_StorageClass):
    """EFS file system in all zones; each claim gets an access point."""

    kind: Literal["efs"]
    """efs: an EFS file system, one access point per claim."""

    throughput: Literal["elastic", "bursting"] = "elastic"
    """Throughput mode: elastic (billed by use) or bursting (by stored data). Default: elastic."""

    cool_after_days: Literal[1, 7, 14, 30, 60, 90, 180, 270, 365] = 30
    """Days without access before files move to Infrequent Access. Default: 30."""

    backup_days: Annotated[int, Field(ge=0, le=36_500)] = 35
    """Retention of daily backups in days; 0 for none. Default: 35."""


StorageSettings = Annotated[
    HostPath | LocalPath | Nfs | Csi | Ebs | Efs | FsxLustre | S3 | NfsFolder | CsiVolume | NodeFolder,
    Field(discriminator="kind"),
]


def backup_days(settings: StorageSettings) -> int:
    """Retention of daily backups in days; 0 for none.

    backup_days(Ebs(kind="ebs", reclaim="delete"))  # 0: caches of models are made again
    """
    match settings:
        case Ebs(backup_days=None, reclaim=reclaim):
            return 35 if reclaim == "retain" else 0
        case Ebs(backup_days=days) | Efs(backup_days=days) | FsxLustre(s3=None, backup_days=days):
            return days or 0
        case _:
            return 0


ClassSettings = HostPath | LocalPath | Nfs | Csi | Ebs | Efs
"""Storage classes, for any number of claims."""
