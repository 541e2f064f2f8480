"""What makes GPUs and EFA visible to the scheduler."""

from components.gpu.device_plugin import DevicePlugin
from components.gpu.efa_plugin import EfaPlugin
from components.gpu.mig_config import mig_config
from components.gpu.mig_manager import MigManager
from components.gpu.plugin_config import plugin_config

__all__ = ["DevicePlugin", "EfaPlugin", "MigManager", "mig_config", "plugin_config"]
