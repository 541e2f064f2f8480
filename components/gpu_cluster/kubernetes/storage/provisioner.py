"""Provisioner and parameters by kind of storage class."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gpu_cluster.config.storage import ClassSettings, Csi, Ebs, Efs, HostPath, LocalPath, Nfs
from gpu_cluster.kubernetes.storage.nfs import NFS_DRIVER, NFS_OPTIONS


@dataclass(frozen=True, slots=True)
class StorageProvisioner:
    provisioner: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    """Static parameters from the stack file; IDs of AWS resources are added."""
    mount_options: tuple[str, ...] = ()
    shared: bool = False
    """Many nodes can mount one volume at once."""
    expandable: bool = False
    """A claim can grow."""


def provisioner_of(settings: ClassSettings) -> StorageProvisioner:
    match settings:
        case HostPath():
            return StorageProvisioner("kubernetes.io/host-path")
        case LocalPath():
            return StorageProvisioner("rancher.io/local-path")
        case Nfs(server=server, share=share):
            return StorageProvisioner(
                NFS_DRIVER,
                {"server": server, "share": share},
                mount_options=NFS_OPTIONS,
                shared=True,
                expandable=True,
            )
        case Csi():
            return StorageProvisioner(
                settings.provisioner,
                settings.parameters,
                shared=settings.shared,
                expandable=settings.expandable,
            )
        case Ebs():
            return StorageProvisioner("ebs.csi.aws.com", _gp3(settings), expandable=True)
        case Efs():
            return StorageProvisioner("efs.csi.aws.com", _ACCESS_POINTS, shared=True)


def _gp3(settings: Ebs) -> dict[str, str]:
    return {
        "type": "gp3",
        "iops": str(settings.iops),
        "throughput": str(settings.throughput),
        "encrypted": "true",
        "csi.storage.k8s.io/fstype": "ext4",
    }


# An access point per volume: its own folder, with an enforced user and group.
_ACCESS_POINTS = {
    "provisioningMode": "efs-ap",
    "directoryPerms": "700",
    "gidRangeStart": "50000",
    "gidRangeEnd": "59999",
    "basePath": "/volumes",
    "subPathPattern": "${.PVC.namespace}/${.PVC.name}",
    "ensureUniqueDirectory": "true",
}
