"""`gpu-cluster:storage`: the storage classes that workloads choose from."""

from typing import Annotated, Literal

from pydantic import Field

from components.config.settings import Settings


class _StorageClass(Settings):
    default: bool = False
    """Used by claims that name no class; exactly one class of a stack is. Default: false."""

    reclaim: Literal["retain", "delete"] = "retain"
    """What becomes of the data when its claim is deleted. Default: retain."""


class HostPath(_StorageClass):
    """A folder of this machine, for the embedded control plane only."""

    kind: Literal["host-path"]


class LocalPath(_StorageClass):
    """A folder of the node, by the local-path provisioner that k3s ships."""

    kind: Literal["local-path"]


class Nfs(_StorageClass):
    """A shared folder of a file server, by the NFS CSI driver."""

    kind: Literal["nfs"]

    server: str
    """Host name or address of the file server."""

    share: str
    """Exported path, such as /srv/models."""


class Csi(_StorageClass):
    """Any other CSI driver that the cluster has."""

    kind: Literal["csi"]

    provisioner: str
    """Name of the driver, such as rook-ceph.cephfs.csi.ceph.com."""

    parameters: dict[str, str] = {}
    """The driver's own parameters. Default: none."""

    shared: bool = False
    """Whether a volume can be mounted by many nodes at once (ReadWriteMany). Default: false."""

    expandable: bool = False
    """Whether a claim can grow. Default: false."""


StorageClassSettings = Annotated[HostPath | LocalPath | Nfs | Csi, Field(discriminator="kind")]
