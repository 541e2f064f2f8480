"""How each kind of storage class asks its driver for a volume."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gpu_cluster.config.storage import ClassSettings, Csi, Ebs, Efs, HostPath, LocalPath, Nfs


@dataclass(frozen=True, slots=True)
class Driver:
    provisioner: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    """As far as the stack file says; ids of what AWS makes come to them."""
    mount_options: tuple[str, ...] = ()
    shared: bool = False
    """Many nodes can mount one volume at once."""
    expandable: bool = False
    """A claim can grow."""


def driver_of(settings: ClassSettings) -> Driver:
    match settings:
        case HostPath():
            return Driver("kubernetes.io/host-path")
        case LocalPath():
            return Driver("rancher.io/local-path")
        case Nfs(server=server, share=share):
            # `hard`: a write waits for a server that is away instead of failing half-way.
            return Driver(
                "nfs.csi.k8s.io",
                {"server": server, "share": share},
                mount_options=("nfsvers=4.1", "hard"),
                shared=True,
                expandable=True,
            )
        case Csi():
            return Driver(
                settings.provisioner,
                settings.parameters,
                shared=settings.shared,
                expandable=settings.expandable,
            )
        case Ebs():
            return Driver("ebs.csi.aws.com", _gp3(settings), expandable=True)
        case Efs():
            return Driver("efs.csi.aws.com", _ACCESS_POINTS, shared=True)


def _gp3(settings: Ebs) -> dict[str, str]:
    return {
        "type": "gp3",
        "iops": str(settings.iops),
        "throughput": str(settings.throughput),
        "encrypted": "true",
        "csi.storage.k8s.io/fstype": "ext4",
    }


# An access point for each volume: a folder of its own, in which everybody is the volume's own user and group.
_ACCESS_POINTS = {
    "provisioningMode": "efs-ap",
    "directoryPerms": "700",
    "gidRangeStart": "50000",
    "gidRangeEnd": "59999",
    "basePath": "/volumes",
    "subPathPattern": "${.PVC.namespace}/${.PVC.name}",
    "ensureUniqueDirectory": "true",
}
