"""`gpu-cluster:gpu`: what makes GPUs visible to the scheduler."""

from gpu_cluster.config.settings import Settings


class GpuSettings(Settings):
    """Device plugins that make GPUs visible to the scheduler."""

    device_plugin: bool = True
    """Install device plugin and, on eks, MIG manager of NVIDIA; false where there are some. Default: true."""


def require_both(gpu: str | None, gpus: int) -> None:
    """`ValueError` if a server has GPUs without their model, or the other way around."""
    if (gpu is None) != (gpus == 0):
        raise ValueError(f"gpu and gpus go together: gpu is {gpu or 'not set'} and gpus is {gpus}")
