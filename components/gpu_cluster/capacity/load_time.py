"""How long a replica takes from its start to its first answer, without the pull of its image."""

from collections.abc import Mapping

from gpu_cluster.capacity.bandwidth import node_gbps
from gpu_cluster.capacity.model_memory import known_model
from gpu_cluster.capacity.pool import Pool
from gpu_cluster.catalog import BUCKET_SHARE, ENGINE_START_MINUTES, WEIGHTS_BYTES_PER_MINUTE
from gpu_cluster.config.lustre import gibibytes
from gpu_cluster.config.serving import ModelSettings
from gpu_cluster.config.storage import S3, FsxLustre, StorageSettings

_BYTES_OF_A_GIGABIT = 10**9 / 8


def load_time(
    settings: ModelSettings, storage: Mapping[str, StorageSettings], pool: Pool | None
) -> float | None:
    """Minutes; None where the size of the weights is not known.

    Weights of the hub move twice: into the volume, and from there.
    """
    model = known_model(settings)
    if model is None:
        return None
    if not settings.store:
        return 2 * model.weights / WEIGHTS_BYTES_PER_MINUTE + ENGINE_START_MINUTES
    rate = _stored_rate(storage.get(settings.store), pool)
    return model.weights / (rate or WEIGHTS_BYTES_PER_MINUTE) + ENGINE_START_MINUTES


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
