"""Stores of `gpu-cluster:storage`: each is one volume, mounted by one claim per namespace."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from gpu_cluster.config.lustre import LustreSize
from gpu_cluster.config.names import Namespace
from gpu_cluster.config.partition import ARN
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.section import Settings
from gpu_cluster.config.zone import Zone

ServerAddress = Annotated[str, Pattern(r"[^\s/]+", "a host name or IP address, without nfs:// and path")]

AbsolutePath = Annotated[str, Pattern(r"/\S*", "an absolute path such as /srv/models")]

DriverName = Annotated[
    str,
    Pattern(
        r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?(/[-a-z0-9.]+)?",
        "the name of a CSI driver such as cephfs.csi.ceph.com",
    ),
]


S3Source = Annotated[
    str,
    Pattern(
        r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?|s3://[a-z0-9][-a-z0-9.]{1,61}[a-z0-9](/\S*)?",
        "the name of an s3 store of this section, or a bucket such as s3://example-datasets/imagenet",
    ),
]


class _Store(Settings):
    default: ClassVar[bool] = False
    reclaim: ClassVar[Literal["retain"]] = "retain"

    namespaces: frozenset[Namespace] | None = None
    """Namespaces with a claim of the store's name. Default: the namespace of serving."""


class FsxLustre(_Store):
    """FSx for Lustre file system in one zone, for data that many GPUs read in parallel."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"required": ["s3"]},
            "then": {"properties": {"backupDays": {"const": 0}}},
            "else": {"properties": {"writeBack": {"const": False}}},
        }
    )

    kind: Literal["fsx-lustre"]
    """fsx-lustre: an FSx for Lustre file system, shared by its claims."""

    size: LustreSize
    """Size: 1.2Ti or a multiple of 2.4Ti; FSx counts 1.2Ti as 1200 GiB."""

    throughput: Literal[125, 250, 500, 1000] = 125
    """Throughput in MB/s per TiB. Default: 125."""

    zone: Zone | None = None
    """Availability zone, preferably that of the GPUs. Default: the first zone of the network."""

    s3: S3Source | None = None
    """Linked S3 data: an s3 store of this section, or s3://bucket/path. Default: none."""

    write_back: bool = False
    """Export changed files to the bucket. Default: false."""

    backup_days: Annotated[int, Field(ge=0, le=36_500)] = 35
    """Retention of daily backups in days; 0 for none; not with s3. Default: 35."""

    @model_validator(mode="after")
    def _linked(self) -> Self:
        if self.write_back and not self.s3:
            raise ValueError("writeBack requires s3, the target bucket")
        if self.s3 and self.backup_days and "backup_days" in self.model_fields_set:
            raise ValueError("AWS does not back up a file system with s3; remove backupDays")
        return self


BucketName = Annotated[
    str,
    Pattern(r"[a-z0-9][-a-z0-9.]{1,61}[a-z0-9]", "a bucket name such as example-models, without s3://"),
]

ObjectPrefix = Annotated[
    str, Pattern(r"([-A-Za-z0-9_.]+/)+", "a key prefix that ends with /, such as models/")
]

KmsKey = Annotated[
    str,
    Pattern(
        rf"{ARN}:kms:[-a-z0-9]+:[0-9]{{12}}:key/[-a-z0-9]+",
        "the ARN of a KMS key, such as arn:aws:kms:us-east-2:123456789012:key/…",
    ),
]


class S3(_Store):
    """S3 bucket mounted with Mountpoint, for data that is written once and read often."""

    model_config = ConfigDict(
        json_schema_extra={
            "dependentRequired": {"prefix": ["bucket"], "key": ["bucket"]},
            "not": {"required": ["bucket", "oldVersionsDays"]},
        }
    )

    kind: Literal["s3"]
    """s3: an S3 bucket."""

    bucket: BucketName | None = None
    """Existing bucket in the stack's account and region; never modified. Default: a new bucket."""

    prefix: ObjectPrefix | None = None
    """Key prefix to mount, such as models/; only with bucket. Default: none, the whole bucket."""

    key: KmsKey | None = None
    """ARN of the KMS key of the objects; only with bucket. Default: none, S3-managed keys."""

    writable: bool = False
    """Allow pods to write and delete; otherwise read-only. Default: false."""

    old_versions_days: Annotated[int, Field(ge=1, le=36_500)] = 90
    """Retention of noncurrent object versions in days. Default: 90."""

    @model_validator(mode="after")
    def _existing(self) -> Self:
        if self.bucket and "old_versions_days" in self.model_fields_set:
            raise ValueError("oldVersionsDays does not apply to an existing bucket; remove it")
        if not self.bucket and (self.prefix or self.key):
            raise ValueError("prefix and key require bucket; set bucket, or remove them")
        return self


class NfsFolder(_Store):
    """Existing NFS export, with the NFS CSI driver."""

    kind: Literal["nfs-folder"]
    """nfs-folder: an existing NFS export."""

    server: ServerAddress
    """Host name or IP address of the NFS server."""

    share: AbsolutePath
    """Exported path, such as /srv/models."""

    writable: bool = False
    """Allow pods to write and delete; otherwise read-only. Default: false."""


class CsiVolume(_Store):
    """Existing volume of another installed CSI driver."""

    kind: Literal["csi-volume"]
    """csi-volume: an existing volume of an installed CSI driver."""

    driver: DriverName
    """Name of the CSI driver, such as rook-ceph.cephfs.csi.ceph.com."""

    handle: Annotated[str, Field(min_length=1)]
    """Volume handle, as documented by the driver for static volumes."""

    attributes: dict[str, str] = Field(default={})
    """Volume attributes of the driver. Default: none."""

    writable: bool = False
    """Allow pods to write and delete; otherwise read-only. Default: false."""


class NodeFolder(_Store):
    """Folder at the same path on every node, with existing files, for a site without a file server."""

    kind: Literal["node-folder"]
    """node-folder: a folder on each node."""

    path: AbsolutePath
    """Path on each node, such as /srv/models."""


StoreSettings = FsxLustre | S3 | NfsFolder | CsiVolume | NodeFolder
