"""`gpu-cluster:gpu`: what makes GPUs visible to the scheduler."""

from components.config.settings import Settings


class GpuSettings(Settings):
    """What makes GPUs visible to the scheduler."""

    device_plugin: bool = True
    """Install NVIDIA device plugin and, on eks, MIG manager; false where the cluster has them. Default: true."""
