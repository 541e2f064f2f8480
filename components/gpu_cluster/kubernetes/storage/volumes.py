"""Volumes of a store: one for each namespace that may claim it, and no other."""

import pulumi
from pulumi_kubernetes.core import v1 as core

from gpu_cluster.config.lustre import gibibytes
from gpu_cluster.config.stores import S3, CsiVolume, FsxLustre, NfsFolder, NodeFolder, StoreSettings
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.storage.nfs import NFS_DRIVER, NFS_OPTIONS
from gpu_cluster.kubernetes.storage.volume_source import VolumeSource

_BOUNDLESS = "1Pi"
"""Neither bucket nor folder has a size, and a volume has to have one."""

STORE_CLAIM = "1Gi"
"""Size of a claim of a store, as it has to have one."""

KEPT_BY_CLAIMS = ["spec.accessModes"]
"""Ignored changes: a changed `writable` would replace the claim, whose deletion waits for every pod that
mounts it. The volume decides how pods mount it."""

_READ = ("read-only", "allow-other")
# All pods that mount the bucket may write to it, because S3 has no file owners.
_WRITE = ("allow-delete", "allow-overwrite", "allow-other", "dir-mode=0777", "file-mode=0666")


def volumes(
    name: str,
    key: str,
    settings: StoreSettings,
    source: VolumeSource,
    *,
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """A store that every namespace claims under its own name: `datasets` in `vision`."""
    return [
        core.PersistentVolume(
            f"{name}-{namespace}",
            metadata=metadata(f"{key}-{namespace}"),
            spec=_spec(settings, source, claim=(key, namespace)),
            # Where it lies cannot be changed.
            opts=pulumi.ResourceOptions.merge(
                opts,
                pulumi.ResourceOptions(
                    replace_on_changes=["spec.local" if isinstance(settings, NodeFolder) else "spec.csi"],
                    delete_before_replace=True,
                ),
            ),
        )
        for namespace in sorted(settings.namespaces or ())
    ]


def claim_of(settings: StoreSettings) -> core.PersistentVolumeClaimSpecArgs:
    """The claim of a store's volume. Its size is the store's, not the claimant's, and counts in no quota."""
    return core.PersistentVolumeClaimSpecArgs(
        access_modes=[_access_mode(settings)],
        storage_class_name="",
        resources=core.VolumeResourceRequirementsArgs(requests={"storage": STORE_CLAIM}),
    )


def source_on_site(settings: StoreSettings) -> VolumeSource | None:
    """The source of a store that exists before the stack does; None where AWS makes it."""
    match settings:
        case NfsFolder(server=server, share=share):
            return VolumeSource(f"{server}{share}", {"server": server, "share": share})
        case CsiVolume():
            return VolumeSource(settings.handle, settings.attributes)
        case NodeFolder(path=path):
            return VolumeSource(path, {})
        case FsxLustre() | S3():
            return None


def _spec(
    settings: StoreSettings, source: VolumeSource, claim: tuple[str, str]
) -> core.PersistentVolumeSpecArgs:
    name, namespace = claim
    size = f"{gibibytes(settings.size)}Gi" if isinstance(settings, FsxLustre) else _BOUNDLESS
    spec = core.PersistentVolumeSpecArgs(
        capacity={"storage": size},
        access_modes=[_access_mode(settings)],
        persistent_volume_reclaim_policy="Retain",
        storage_class_name="",
        claim_ref=core.ObjectReferenceArgs(
            api_version="v1", kind="PersistentVolumeClaim", name=name, namespace=namespace
        ),
    )
    if isinstance(settings, NodeFolder):
        spec.local = core.LocalVolumeSourceArgs(path=settings.path)
        spec.node_affinity = core.VolumeNodeAffinityArgs(required=_EVERY_NODE)
        return spec
    driver, options = _driver(settings)
    spec.mount_options = [*options, *source.mount_options] or None
    spec.csi = core.CSIPersistentVolumeSourceArgs(
        driver=driver,
        # Kubernetes takes two volumes with one handle for the same.
        volume_handle=source.handle
        if isinstance(settings, CsiVolume)
        else pulumi.Output.concat(source.handle, "-", namespace),
        volume_attributes=source.attributes or None,
        read_only=True if isinstance(settings, CsiVolume) and not settings.writable else None,
    )
    return spec


_EVERY_NODE = core.NodeSelectorArgs(
    node_selector_terms=[
        core.NodeSelectorTermArgs(
            match_expressions=[
                core.NodeSelectorRequirementArgs(key="kubernetes.io/os", operator="In", values=["linux"])
            ]
        )
    ]
)
"""A local volume has to name its nodes."""


def _access_mode(settings: StoreSettings) -> str:
    match settings:
        case FsxLustre() | S3(writable=True) | NfsFolder(writable=True) | CsiVolume(writable=True):
            return "ReadWriteMany"
        case _:
            return "ReadOnlyMany"


def _driver(settings: FsxLustre | S3 | NfsFolder | CsiVolume) -> tuple[str, tuple[str, ...]]:
    """Driver and mount options."""
    match settings:
        case FsxLustre():
            return "fsx.csi.aws.com", ("noatime", "flock")
        case S3(writable=writable):
            return "s3.csi.aws.com", _WRITE if writable else _READ
        case NfsFolder(writable=writable):
            return NFS_DRIVER, NFS_OPTIONS if writable else (*NFS_OPTIONS, "ro")
        case CsiVolume(driver=driver):
            return driver, ()
