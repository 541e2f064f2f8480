"""Stores of `gpu-cluster:storage`: each exists once, and is mounted as a whole by a few known claims."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from gpu_cluster.config.lustre import LustreSize
from gpu_cluster.config.names import Namespace
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.settings import Settings
from gpu_cluster.config.zone import Zone

ServerAddress = Annotated[str, Pattern(r"[^\s/]+", "a host name or address alone, without nfs:// and path")]

AbsolutePath = Annotated[str, Pattern(r"/\S*", "an absolute path such as /srv/models")]

DriverName = Annotated[
    str,
    Pattern(
        r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?(/[-a-z0-9.]+)?",
        "the name of a driver such as cephfs.csi.ceph.com",
    ),
]


S3Source = Annotated[
    str,
    Pattern(
        r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?|s3://[a-z0-9][-a-z0-9.]{1,61}[a-z0-9](/\S*)?",
        "an s3 entry of this section, or a bucket such as s3://example-datasets/imagenet",
    ),
]


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


BucketName = Annotated[
    str,
    Pattern(
        r"[a-z0-9][-a-z0-9.]{1,61}[a-z0-9]", "the name of a bucket such as example-models, without s3://"
    ),
]

ObjectPrefix = Annotated[
    str, Pattern(r"([-A-Za-z0-9_.]+/)+", "a beginning of keys that ends with /, such as models/")
]

KmsKey = Annotated[
    str,
    Pattern(
        r"arn:aws:kms:[-a-z0-9]+:[0-9]{12}:key/[-a-z0-9]+",
        "the ARN of a key, such as arn:aws:kms:us-east-2:123456789012:key/…",
    ),
]


class S3(_Store):
    """A bucket of S3 that pods mount as a folder, for what is written once and read often."""

    model_config = ConfigDict(
        json_schema_extra={
            "dependentRequired": {"prefix": ["bucket"], "key": ["bucket"]},
            "not": {"required": ["bucket", "oldVersionsDays"]},
        }
    )

    kind: Literal["s3"]
    """s3: a bucket."""

    bucket: BucketName | None = None
    """A bucket that the account has in the stack's region, which stays as it is. Default: a new one."""

    prefix: ObjectPrefix | None = None
    """Beginning of the keys that pods see, such as models/; only with bucket. Default: none, all of it."""

    key: KmsKey | None = None
    """ARN of the KMS key of its objects; only with bucket. Default: none, objects have keys of S3."""

    writable: bool = False
    """Whether pods may write and delete; else they read only. Default: false."""

    old_versions_days: Annotated[int, Field(ge=1, le=36_500)] = 90
    """Days that objects are kept after they were overwritten or deleted. Default: 90."""

    @model_validator(mode="after")
    def _existing(self) -> Self:
        if self.bucket and "old_versions_days" in self.model_fields_set:
            raise ValueError(
                "the lifecycle of a bucket that exists is not the stack's; remove oldVersionsDays"
            )
        if not self.bucket and (self.prefix or self.key):
            raise ValueError("prefix and key are of a bucket that exists; set bucket, or remove them")
        return self


class NfsFolder(_Store):
    """A folder of a file server that has the files already, by the NFS CSI driver."""

    kind: Literal["nfs-folder"]
    """nfs-folder: an exported folder as it is."""

    server: ServerAddress
    """Host name or address of the file server."""

    share: AbsolutePath
    """Exported path, such as /srv/models."""

    writable: bool = False
    """Whether pods may write and delete; else they read only. Default: false."""


class CsiVolume(_Store):
    """A volume that exists, by any other CSI driver that the cluster has."""

    kind: Literal["csi-volume"]
    """csi-volume: one volume of a driver of the cluster."""

    driver: DriverName
    """Name of the driver, such as rook-ceph.cephfs.csi.ceph.com."""

    handle: Annotated[str, Field(min_length=1)]
    """Id of the volume, as the driver's documents have it for static volumes."""

    attributes: dict[str, str] = Field(default={})
    """The driver's own attributes of the volume. Default: none."""

    writable: bool = False
    """Whether pods may write and delete; else they read only. Default: false."""


class NodeFolder(_Store):
    """A folder at the same path of every node, filled before pods read it: a site without a file server."""

    kind: Literal["node-folder"]
    """node-folder: a folder of each node."""

    path: AbsolutePath
    """Path on each node, such as /srv/models."""


StoreSettings = FsxLustre | S3 | NfsFolder | CsiVolume | NodeFolder
