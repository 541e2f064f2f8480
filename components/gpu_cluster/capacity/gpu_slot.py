"""GPU slots of a node for a replica, and the smallest one that a model fits."""

from collections.abc import Iterator
from dataclasses import dataclass

from gpu_cluster.capacity.model_memory import Device, ModelLoad, device_of
from gpu_cluster.catalog import Gpu
from gpu_cluster.config.pools import Sharing


@dataclass(frozen=True, slots=True)
class GpuSlot:
    """A slot of a replica on a node: whole GPUs, a share of one, or a MIG instance."""

    device: Device
    gpus: int
    profile: str | None = None

    @property
    def usable_bytes(self) -> int:
        return self.device.usable_bytes * self.gpus


def smallest_fit(
    load: ModelLoad, gpu: Gpu | None, gpus: int, sharing: Sharing | None = None
) -> GpuSlot | None:
    """Smallest slot of a node that fits the load with this number and sharing of GPUs; None if none fits."""
    slots = _slots(gpu, gpus, sharing) if gpu else ()
    return next((slot for slot in slots if load.fits(slot.device, slot.gpus)), None)


def _slots(gpu: Gpu, gpus: int, sharing: Sharing | None) -> Iterator[GpuSlot]:
    """Slots from small to large; whole GPUs in powers of two, which divide the heads of nearly all models."""
    if sharing and sharing.mig:
        for profile in gpu.profiles:
            if profile in sharing.mig:
                yield GpuSlot(device_of(gpu, sharing, profile), 1, profile)
        return
    count, most = 1, 1 if sharing else gpus
    while count <= most:
        yield GpuSlot(device_of(gpu, sharing), count)
        count *= 2
