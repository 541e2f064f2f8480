"""Volumes of a store: one for each namespace that may claim it, and no other."""

import pulumi
from pulumi_kubernetes.core import v1 as core

from gpu_cluster.config.lustre import gibibytes
from gpu_cluster.config.storage import S3, FsxLustre, StoreSettings
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.storage.volume_source import VolumeSource

_BOUNDLESS = "1Pi"
"""A bucket has no size, and a volume has to have one."""

STORE_CLAIM = "1Gi"
"""Size of a claim of a store, as it has to have one."""

_READ = ("read-only", "allow-other")
# Whoever mounts the bucket may write to it: files of S3 have no owner that could be asked.
_WRITE = ("allow-delete", "allow-overwrite", "allow-other", "dir-mode=0777", "file-mode=0666")


def volumes(
    name: str, key: str, settings: StoreSettings, source: VolumeSource, *, opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    """A store that every namespace claims under its own name: `datasets` in `vision`."""
    return [
        core.PersistentVolume(
            f"{name}-{namespace}",
            metadata=metadata(f"{key}-{namespace}"),
            spec=_spec(settings, source, claim=(key, namespace)),
            # Where it lies cannot be changed.
            opts=pulumi.ResourceOptions.merge(
                opts, pulumi.ResourceOptions(replace_on_changes=["spec.csi"], delete_before_replace=True)
            ),
        )
        for namespace in sorted(settings.namespaces or ())
    ]


def claim_of(settings: StoreSettings) -> core.PersistentVolumeClaimSpecArgs:
    """The claim of a store's volume. Its size is the store's, not the claimant's, and counts in no quota."""
    _, _, mode, _ = _as_mounted(settings)
    return core.PersistentVolumeClaimSpecArgs(
        access_modes=[mode],
        storage_class_name="",
        resources=core.VolumeResourceRequirementsArgs(requests={"storage": STORE_CLAIM}),
    )


def _spec(
    settings: StoreSettings, source: VolumeSource, claim: tuple[str, str]
) -> core.PersistentVolumeSpecArgs:
    name, namespace = claim
    driver, size, mode, options = _as_mounted(settings)
    return core.PersistentVolumeSpecArgs(
        capacity={"storage": size},
        access_modes=[mode],
        mount_options=[*options, *source.mount_options],
        persistent_volume_reclaim_policy="Retain",
        storage_class_name="",
        claim_ref=core.ObjectReferenceArgs(
            api_version="v1", kind="PersistentVolumeClaim", name=name, namespace=namespace
        ),
        csi=core.CSIPersistentVolumeSourceArgs(
            driver=driver,
            # Kubernetes takes two volumes with one handle for the same.
            volume_handle=pulumi.Output.concat(source.handle, "-", namespace),
            volume_attributes=source.attributes,
        ),
    )


def _as_mounted(settings: StoreSettings) -> tuple[str, str, str, list[str]]:
    """Driver, size, access mode and mount options."""
    match settings:
        case FsxLustre():
            return "fsx.csi.aws.com", f"{gibibytes(settings.size)}Gi", "ReadWriteMany", ["noatime", "flock"]
        case S3(writable=True):
            return "s3.csi.aws.com", _BOUNDLESS, "ReadWriteMany", list(_WRITE)
        case S3():
            return "s3.csi.aws.com", _BOUNDLESS, "ReadOnlyMany", list(_READ)
