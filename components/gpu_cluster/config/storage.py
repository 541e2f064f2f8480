"""`gpu-cluster:storage`: the storage classes that workloads choose from, and the stores behind them."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gpu_cluster.config.settings import Settings
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
    """Used by claims that name no class; exactly one class of a stack is. Default: false."""

    reclaim: Literal["retain", "delete"] = "retain"
    """Reclaim policy of the data when its claim is deleted. Default: retain."""


class HostPath(_StorageClass):
    """A folder of this machine, for the embedded control plane only."""

    kind: Literal["host-path"]
    """host-path: a folder of this machine."""


class LocalPath(_StorageClass):
    """A folder of the node, by the local-path provisioner that k3s ships."""

    kind: Literal["local-path"]
    """local-path: a folder of the node."""


class Nfs(_StorageClass):
    """A shared folder of a file server, by the NFS CSI driver."""

    kind: Literal["nfs"]
    """nfs: a shared folder of a file server."""

    server: ServerAddress
    """Host name or address of the file server."""

    share: AbsolutePath
    """Exported path, such as /srv/models."""


class Csi(_StorageClass):
    """Any other CSI driver that the cluster has."""

    kind: Literal["csi"]
    """csi: a driver of the cluster."""

    provisioner: DriverName
    """Name of the driver, such as rook-ceph.cephfs.csi.ceph.com."""

    parameters: dict[str, str] = Field(default={})
    """The driver's own parameters. Default: none."""

    shared: bool = False
    """Whether a volume can be mounted by many nodes at once (ReadWriteMany). Default: false."""

    expandable: bool = False
    """Whether a claim can grow. Default: false."""


class Ebs(_StorageClass):
    """Disks of EBS, type gp3, encrypted; each belongs to one node at a time, in one zone."""

    kind: Literal["ebs"]
    """ebs: a disk of EBS for each claim."""

    iops: Annotated[int, Field(ge=3000, le=80_000)] = 3000
    """Operations per second of each disk, 500 at most for each GiB of its size. Default: 3000."""

    throughput: Annotated[int, Field(ge=125, le=2000)] = 125
    """MiB per second of each disk, a quarter of iops at most. Default: 125."""

    backup_days: Annotated[int, Field(ge=0, le=36_500)] | None = None
    """Days that each daily backup is kept; 0 makes none. Default: 35, and 0 with reclaim delete."""

    @model_validator(mode="after")
    def _fast_enough(self) -> Self:
        if self.throughput * 4 > self.iops:
            least = max(self.throughput * 4, 3000)
            raise ValueError(f"throughput {self.throughput} needs iops of at least {least}, got {self.iops}")
        return self


class Efs(_StorageClass):
    """A file system of EFS for the platform, across its zones; each claim gets a folder of it."""

    kind: Literal["efs"]
    """efs: folders of a file system that grows with what it holds."""

    throughput: Literal["elastic", "bursting"] = "elastic"
    """elastic: as much as is asked for, paid by use; bursting: by what is stored. Default: elastic."""

    cool_after_days: Literal[1, 7, 14, 30, 60, 90, 180, 270, 365] = 30
    """Days after which files without reads move to cheaper storage. Default: 30."""

    backup_days: Annotated[int, Field(ge=0, le=36_500)] = 35
    """Days that each daily backup is kept; 0 makes none. Default: 35."""


StorageSettings = Annotated[
    HostPath | LocalPath | Nfs | Csi | Ebs | Efs | FsxLustre | S3 | NfsFolder | CsiVolume | NodeFolder,
    Field(discriminator="kind"),
]


def backup_days(settings: StorageSettings) -> int:
    """Days that each daily backup is kept; 0 where none is made.

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
"""Storage classes: claims of any name and number."""
