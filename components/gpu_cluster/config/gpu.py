"""`gpu-cluster:gpu`: what makes GPUs visible to the scheduler."""

from gpu_cluster.config.settings import Settings


class GpuSettings(Settings):
    """Device plugins that make GPUs visible to the scheduler."""

    device_plugin: bool = True
    """Install device plugin and, on eks, MIG manager of NVIDIA; false where there are some. Default: true."""
