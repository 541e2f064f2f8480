"""How each kind of storage asks its driver for a volume."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from components.config.storage import Csi, HostPath, LocalPath, Nfs


@dataclass(frozen=True, slots=True)
class Driver:
    provisioner: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    mount_options: tuple[str, ...] = ()
    shared: bool = False
    """Many nodes can mount one volume at once."""
    expandable: bool = False
    """A claim can grow."""


def driver_of(settings: HostPath | LocalPath | Nfs | Csi) -> Driver:
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
