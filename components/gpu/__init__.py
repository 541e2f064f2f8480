"""What makes GPUs visible to the scheduler."""

from components.gpu.device_plugin import DevicePlugin
from components.gpu.plugin_config import plugin_config

__all__ = ["DevicePlugin", "plugin_config"]
