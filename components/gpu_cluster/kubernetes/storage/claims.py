"""Claims of volumes that the storage class creates."""

from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta


def claim_spec(
    size: str, storage_class: str | None, *, mode: str = "ReadWriteOnce"
) -> core.PersistentVolumeClaimSpecArgs:
    return core.PersistentVolumeClaimSpecArgs(
        access_modes=[mode],
        storage_class_name=storage_class,
        resources=core.VolumeResourceRequirementsArgs(requests={"storage": size}),
    )


def claim_template(name: str, size: str, storage_class: str | None) -> core.PersistentVolumeClaimArgs:
    """The volume of a StatefulSet of one pod."""
    return core.PersistentVolumeClaimArgs(
        metadata=meta.ObjectMetaArgs(name=name), spec=claim_spec(size, storage_class)
    )
