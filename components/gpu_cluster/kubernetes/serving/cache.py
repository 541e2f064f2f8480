"""The volume that keeps a model's weights, or has them already."""

from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.config.model_options import ModelCache
from gpu_cluster.kubernetes.storage import StorageClassNames
from gpu_cluster.kubernetes.storage.claims import claim_spec


def store_volume(claim: str) -> core.VolumeArgs:
    source = core.PersistentVolumeClaimVolumeSourceArgs(claim_name=claim, read_only=True)
    return core.VolumeArgs(name="weights", persistent_volume_claim=source)


def image_volume(reference: str, *, name: str = "weights") -> core.VolumeArgs:
    """Files of an OCI image, read only; the kubelet pulls it as it pulls the images of containers."""
    return core.VolumeArgs(name=name, image=core.ImageVolumeSourceArgs(reference=reference))


def is_shared(cache: ModelCache, storage: StorageClassNames) -> bool:
    """Whether all replicas mount one volume, which also outlives them."""
    return cache.storage_class in storage.shared


def shared_claim(cache: ModelCache) -> core.PersistentVolumeClaimSpecArgs:
    return claim_spec(cache.size, cache.storage_class, mode="ReadWriteMany")


def shared_volume(claim: str, *, name: str = "cache") -> core.VolumeArgs:
    source = core.PersistentVolumeClaimVolumeSourceArgs(claim_name=claim)
    return core.VolumeArgs(name=name, persistent_volume_claim=source)


def own_volume(
    cache: ModelCache, storage: StorageClassNames, labels: dict[str, str], *, name: str = "cache"
) -> core.VolumeArgs:
    """A volume of each replica, made and deleted with it."""
    chosen = cache.storage_class
    template = core.PersistentVolumeClaimTemplateArgs(
        metadata=meta.ObjectMetaArgs(labels=labels),
        spec=claim_spec(cache.size, storage.scratch.get(chosen, chosen) if chosen else None),
    )
    return core.VolumeArgs(
        name=name, ephemeral=core.EphemeralVolumeSourceArgs(volume_claim_template=template)
    )
