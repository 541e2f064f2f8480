"""`gpu-cluster:storage`: the storage classes that workloads choose from."""

from typing import Annotated, Literal

from pydantic import Field

from components.config.names import Word
from components.config.settings import Settings
from components.config.spelling import Spelled


class _StorageClass(Settings):
    default: bool = False
    """Used by claims that name no class; exactly one class of a stack is. Default: false."""

    reclaim: Literal["retain", "delete"] = "retain"
    """What becomes of the data when its claim is deleted. Default: retain."""


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

    server: Word
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


StorageClassSettings = Annotated[HostPath | LocalPath | Nfs | Csi, Field(discriminator="kind")]
