"""The GPU, or part of a GPU, that a replica of a model gets on a pool."""

from dataclasses import replace

from gpu_cluster.capacity.engine_options import engine_options
from gpu_cluster.capacity.model_memory import Device, device_of
from gpu_cluster.capacity.pool import Pool
from gpu_cluster.config.model import ModelSettings


def replica_device(settings: ModelSettings, pool: Pool) -> Device:
    """A GPU of the pool as a replica finds and fills it; `ValueError` where the pool has none."""
    if pool.gpu is None:
        raise ValueError(f"pool {pool.name} has no GPU")
    options = engine_options(settings)
    device = device_of(pool.gpu, pool.sharing, settings.slice, options.utilization)
    return replace(
        device,
        sequences=options.max_sequences or device.sequences,
        batch=options.batched_tokens or device.batch,
    )
