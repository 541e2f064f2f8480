"""`gpu-cluster:gpu`: what makes GPUs visible to the scheduler."""

from components.config.settings import Settings


class GpuSettings(Settings):
    device_plugin: bool = True
    """Install the NVIDIA device plugin on every GPU pool; false where the GPU operator already did. Default: true."""
