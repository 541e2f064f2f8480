"""`gpu-cluster:gpu`: what makes GPUs visible to the scheduler."""

from components.config.settings import Settings


class GpuSettings(Settings):
    """What makes GPUs visible to the scheduler."""

    device_plugin: bool = True
    """Install the NVIDIA device plugin on every GPU pool; false where the cluster has one. Default: true."""
