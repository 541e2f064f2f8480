"""The storage classes that workloads choose from, and the stores that they mount."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import pulumi
from pulumi_kubernetes.storage import v1 as storage

from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.storage import ClassSettings, Ebs, StorageSettings
from gpu_cluster.config.stores import StoreSettings
from gpu_cluster.exemption import Exemption
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.storage.provisioner import provisioner_of
from gpu_cluster.kubernetes.storage.snapshots import snapshot_class
from gpu_cluster.kubernetes.storage.volume_source import LiveParameters, StorageResources
from gpu_cluster.kubernetes.storage.volumes import source_on_site, volumes

_DEFAULT = "storageclass.kubernetes.io/is-default-class"
# Volumes and their claims do not notice: a class is read when a volume is made.
_IMMUTABLE = ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"]


@dataclass(frozen=True, slots=True)
class StorageClassNames:
    """Names of the storage classes, by what they are good for."""

    default: str | None
    """Default class for claims without one.

    None if the stack has none; then the cluster's default applies."""

    shared: frozenset[str]
    """Classes with volumes that many nodes can mount at once (ReadWriteMany)."""

    scratch: Mapping[str, str]
    """Class for ephemeral volumes, by block storage class."""

    stores: Mapping[str, StoreSettings] = field(default_factory=dict[str, StoreSettings])
    """Stores, which are mounted as a whole."""


def _is_scratch(stack: Stack, name: str) -> bool:
    """The platform adds the class itself, for volumes that are deleted with their pod."""
    return name not in stack.storage


def _is_simulated(stack: Stack, _name: str) -> bool:
    return isinstance(stack.cluster, LocalCluster)


class StorageClasses(pulumi.ComponentResource):
    """Storage classes with exactly one default, and persistent volumes of stores.

    StorageClasses("platform-storage", {"standard": HostPath(kind="host-path", default=True)}).classes.default
    # standard
    """

    EXEMPT: ClassVar = (
        Exemption(
            "43-storage-class",
            "StorageClass",
            "Its volumes hold what a pod can download again and go with that pod.",
            when=_is_scratch,
        ),
        Exemption(
            "43-storage-class",
            "StorageClass",
            "Nodes on this machine are simulated, and so are their disks.",
            when=_is_simulated,
        ),
    )

    classes: StorageClassNames

    made: Mapping[str, Sequence[pulumi.Resource]]
    """Resources required before a pod can mount an entry: its classes, or its volumes."""

    def __init__(
        self,
        name: str,
        settings: Mapping[str, StorageSettings],
        *,
        backing: StorageResources | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`backing`: AWS resources of the storage classes."""
        super().__init__("gpu-cluster:index:StorageClasses", name, None, opts)
        self.classes = classes_of(settings)
        backing = backing or StorageResources()
        child = pulumi.ResourceOptions(parent=self)

        made: dict[str, Sequence[pulumi.Resource]] = {}
        for key, chosen in settings.items():
            behind = [backing.made[key]] if key in backing.made else []
            opts = pulumi.ResourceOptions(parent=self, depends_on=behind)
            if isinstance(chosen, StoreSettings):
                source = source_on_site(chosen) or backing.sources[key]
                made[key] = volumes(f"{name}-{key}", key, chosen, source, opts=opts)
            else:
                made[key] = self._classes(name, key, chosen, backing, opts)
        self.made = made
        if any(isinstance(chosen, Ebs) for chosen in settings.values()):
            snapshot_class(f"{name}-snapshots", opts=child)

        self.register_outputs({"default": self.classes.default, "shared": sorted(self.classes.shared)})

    def _classes(
        self,
        name: str,
        key: str,
        settings: ClassSettings,
        backing: StorageResources,
        opts: pulumi.ResourceOptions,
    ) -> list[pulumi.Resource]:
        """The class itself and, if it retains volumes, one for volumes that are deleted with their pod."""
        live = backing.parameters.get(key, {})
        whole = {key: (settings.default, settings.reclaim, {**live, **backing.kept.get(key, {})})}
        scratch = {self.classes.scratch.get(key, key): (False, "delete", live)}
        return [
            _storage_class(
                f"{name}-{each}", each, settings, live, default=default, reclaim=reclaim, opts=opts
            )
            for each, (default, reclaim, live) in (scratch | whole).items()
        ]


def _storage_class(
    name: str,
    key: str,
    settings: ClassSettings,
    live: LiveParameters,
    *,
    default: bool,
    reclaim: str,
    opts: pulumi.ResourceOptions,
) -> storage.StorageClass:
    driver = provisioner_of(settings)
    return storage.StorageClass(
        name,
        metadata=metadata(key, annotations={_DEFAULT: str(default).lower()}),
        provisioner=driver.provisioner,
        parameters={**driver.parameters, **live} or None,
        mount_options=driver.mount_options or None,
        reclaim_policy=reclaim.capitalize(),
        allow_volume_expansion=driver.expandable,
        # The scheduler places the pod first, so that the volume is made where the GPU is.
        volume_binding_mode="WaitForFirstConsumer",
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(replace_on_changes=_IMMUTABLE, delete_before_replace=True)
        ),
    )


def classes_of(settings: Mapping[str, StorageSettings]) -> StorageClassNames:
    """Stores have no dynamic provisioning: pods mount an existing volume."""
    drivers = {
        key: provisioner_of(chosen)
        for key, chosen in settings.items()
        if not isinstance(chosen, StoreSettings)
    }
    shared = frozenset(key for key, driver in drivers.items() if driver.shared)
    scratch = {
        key: key if settings[key].reclaim == "delete" else f"{key}-scratch"
        for key in drivers
        if key not in shared
    }
    default = next((key for key, chosen in settings.items() if chosen.default), None)
    stores = {key: chosen for key, chosen in settings.items() if isinstance(chosen, StoreSettings)}
    return StorageClassNames(default, shared, scratch, stores)
