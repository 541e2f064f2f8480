"""Time from start to first answer of a replica, and time to pull weights in an image."""

from collections.abc import Mapping
from math import ceil

from gpu_cluster.capacity.bandwidth import node_gbps
from gpu_cluster.capacity.known_model import known_model
from gpu_cluster.capacity.pool import Pool
from gpu_cluster.catalog import BUCKET_SHARE, WEIGHTS_BYTES_PER_MINUTE, engine_start_minutes
from gpu_cluster.config.lustre import gibibytes
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.storage import Ebs, StorageSettings
from gpu_cluster.config.stores import S3, FsxLustre

_BYTES_OF_A_GIGABIT = 10**9 / 8
_PULL_PASSES = 3
_UNKNOWN_PULL_MINUTES = 60


def load_time(
    settings: ModelSettings, storage: Mapping[str, StorageSettings], pool: Pool | None
) -> float | None:
    """Minutes; None where the size of the weights is not known.

    Weights of the hub move twice: into the volume, and from there.
    """
    model = known_model(settings)
    if model is None:
        return None
    start = engine_start_minutes(model.weights_on(settings.gpus * settings.nodes))
    if settings.weights_image:
        return model.download / _image_rate(pool) + start
    if not settings.store:
        volume = storage.get(settings.cache.storage_class or "") if settings.cache else None
        return 2 * model.download / _volume_rate(volume) + start
    rate = _stored_rate(storage.get(settings.store), pool)
    return model.download / (rate or WEIGHTS_BYTES_PER_MINUTE) + start


def weights_pull_minutes(settings: ModelSettings, pool: Pool | None) -> int:
    """Minutes that the kubelet may take for an image with the weights, before the container starts.

    Each byte is written twice, as a layer and unpacked, and is read in between; a registry is taken to be as
    fast as the disk, which no source says.
    """
    if not settings.weights_image:
        return 0
    model = known_model(settings)
    if model is None:
        return _UNKNOWN_PULL_MINUTES
    return ceil(_PULL_PASSES * model.download / _image_rate(pool))


def _image_rate(pool: Pool | None) -> float:
    """Bytes that the disk with a node's images reads or writes in a minute."""
    if pool and pool.image_disk_mib:
        return pool.image_disk_mib * 1024**2 * 60
    return WEIGHTS_BYTES_PER_MINUTE


def _volume_rate(volume: StorageSettings | None) -> float:
    """Bytes that a disk reads or writes in a minute; of other kinds what was measured of a fast disk."""
    if isinstance(volume, Ebs):
        return volume.throughput * 1024**2 * 60
    return WEIGHTS_BYTES_PER_MINUTE


def _stored_rate(store: StorageSettings | None, pool: Pool | None) -> float | None:
    """Bytes that a node reads of a store in a minute; None where store or node are not known."""
    network = node_gbps(pool) if pool else None
    if network is None:
        return None
    most = network * _BYTES_OF_A_GIGABIT * 60
    match store:
        case S3():
            return most * BUCKET_SHARE
        case FsxLustre(size=size, throughput=throughput):
            return min(most, gibibytes(size) / 1000 * throughput * 10**6 * 60)
        case _:
            return None
