"""`gpu-cluster:storage`: the storage classes that workloads choose from, and the stores behind them."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from gpu_cluster.config.lustre import LustreSize
from gpu_cluster.config.names import Namespace
from gpu_cluster.config.settings import Settings
from gpu_cluster.config.spelling import Spelled
from gpu_cluster.config.zone import Zone

S3Source = Annotated[
    str,
    Spelled(
        r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?|s3://[a-z0-9][-a-z0-9.]{1,61}[a-z0-9](/\S*)?",
        "an s3 entry of this section, or a bucket such as s3://example-datasets/imagenet",
    ),
]


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

    server: Annotated[
        str,
        Spelled(r"[^\s/]+", "a host name or address alone, without nfs:// and path"),
    ]
    """Host name or address of the file server."""

    share: Annotated[str, Spelled(r"/\S*", "an absolute path such as /srv/models")]
    """Exported path, such as /srv/models."""


class Csi(_StorageClass):
    """Any other CSI driver that the cluster has."""

    kind: Literal["csi"]
    """csi: a driver of the cluster."""

    provisioner: Annotated[
        str,
        Spelled(
            r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?(/[-a-z0-9.]+)?",
            "the name of a driver such as cephfs.csi.ceph.com",
        ),
    ]
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


class _Store(Settings):
    default: ClassVar[bool] = False
    reclaim: ClassVar[Literal["retain"]] = "retain"

    namespaces: frozenset[Namespace] | None = None
    """Namespaces that may claim it, each by one claim of its name. Default: that of serving."""


class FsxLustre(_Store):
    """A file system of FSx for Lustre in one zone, for data that many GPUs read at once."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"required": ["s3"]},
            "then": {"properties": {"backupDays": {"const": 0}}},
            "else": {"properties": {"writeBack": {"const": False}}},
        }
    )

    kind: Literal["fsx-lustre"]
    """fsx-lustre: one file system, which its claims share."""

    size: LustreSize
    """1.2Ti, 2.4Ti or a multiple of 2.4Ti; 1.2Ti are 1200 GiB, as FSx counts."""

    throughput: Literal[125, 250, 500, 1000] = 125
    """MB per second for each TiB of its size. Default: 125."""

    zone: Zone | None = None
    """Zone that it is in, best that of the GPUs that read it. Default: the network's first."""

    s3: S3Source | None = None
    """Objects that appear as files: an s3 entry of this section, or s3://bucket/path. Default: none."""

    write_back: bool = False
    """Whether files that are written here go to the bucket. Default: false."""

    backup_days: Annotated[int, Field(ge=0, le=36_500)] = 35
    """Days that each daily backup is kept; 0 makes none, and with s3 there is none. Default: 35."""

    @model_validator(mode="after")
    def _linked(self) -> Self:
        if self.write_back and not self.s3:
            raise ValueError("writeBack needs s3, the bucket that files go to")
        if self.s3 and self.backup_days and "backup_days" in self.model_fields_set:
            raise ValueError("AWS makes no backups of a file system with s3; remove backupDays")
        return self


class S3(_Store):
    """A bucket of S3 that pods mount as a folder, for what is written once and read often."""

    kind: Literal["s3"]
    """s3: a bucket."""

    writable: bool = False
    """Whether pods may write and delete; else they read only. Default: false."""

    old_versions_days: Annotated[int, Field(ge=1, le=36_500)] = 90
    """Days that objects are kept after they were overwritten or deleted. Default: 90."""


StorageSettings = Annotated[
    HostPath | LocalPath | Nfs | Csi | Ebs | Efs | FsxLustre | S3, Field(discriminator="kind")
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

StoreSettings = FsxLustre | S3
"""Stores: each exists once, for a few known claims."""
