"""The storage classes that workloads choose from."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.storage import v1 as storage

from components.config.storage import Csi, HostPath, LocalPath, Nfs
from components.metadata import metadata
from components.storage.driver import driver_of

_DEFAULT = "storageclass.kubernetes.io/is-default-class"
# Volumes and their claims do not notice: a class is read when a volume is made.
_IMMUTABLE = ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"]

ClassSettings = HostPath | LocalPath | Nfs | Csi


@dataclass(frozen=True, slots=True)
class Classes:
    """Names of the storage classes, by what they are good for."""

    default: str | None
    """For claims that name no class. None where the stack makes none: then the cluster's own applies."""

    shared: frozenset[str]
    """Those whose volumes many nodes can mount at once (ReadWriteMany)."""

    scratch: Mapping[str, str]
    """For each class that is not shared, the one for volumes that go with their pod."""


class StorageClasses(pulumi.ComponentResource):
    """Storage classes, exactly one of them the default.

    StorageClasses("platform-storage", {"standard": HostPath(kind="host-path", default=True)}).classes.default
    # standard
    """

    classes: Classes

    def __init__(
        self,
        name: str,
        settings: Mapping[str, ClassSettings],
        *,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("gpu-cluster:index:StorageClasses", name, None, opts)
        self.classes = classes_of(settings)

        for key, chosen in settings.items():
            self._make(f"{name}-{key}", key, chosen, default=chosen.default, reclaim=chosen.reclaim)
            scratch = self.classes.scratch.get(key, key)
            if scratch != key:
                self._make(f"{name}-{scratch}", scratch, chosen, default=False, reclaim="delete")

        self.register_outputs({"default": self.classes.default, "shared": sorted(self.classes.shared)})

    def _make(self, name: str, key: str, settings: ClassSettings, *, default: bool, reclaim: str) -> None:
        driver = driver_of(settings)
        storage.StorageClass(
            name,
            metadata=metadata(key, annotations={_DEFAULT: str(default).lower()}),
            provisioner=driver.provisioner,
            parameters=driver.parameters or None,
            mount_options=driver.mount_options or None,
            reclaim_policy=reclaim.capitalize(),
            allow_volume_expansion=driver.expandable,
            # The scheduler places the pod first, so that the volume is made where the GPU is.
            volume_binding_mode="WaitForFirstConsumer",
            opts=pulumi.ResourceOptions(
                parent=self, replace_on_changes=_IMMUTABLE, delete_before_replace=True
            ),
        )


def classes_of(settings: Mapping[str, ClassSettings]) -> Classes:
    shared = frozenset(key for key, chosen in settings.items() if driver_of(chosen).shared)
    scratch = {
        key: key if chosen.reclaim == "delete" else f"{key}-scratch"
        for key, chosen in settings.items()
        if key not in shared
    }
    default = next((key for key, chosen in settings.items() if chosen.default), None)
    return Classes(default, shared, scratch)
