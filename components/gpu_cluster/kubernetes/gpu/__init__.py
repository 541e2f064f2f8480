"""Device plugins, which make GPUs and EFA visible to the scheduler."""

from gpu_cluster.kubernetes.gpu.device_plugin import DevicePlugin
from gpu_cluster.kubernetes.gpu.device_plugin_config import plugin_config
from gpu_cluster.kubernetes.gpu.efa_plugin import EfaPlugin
from gpu_cluster.kubernetes.gpu.mig_config import mig_config
from gpu_cluster.kubernetes.gpu.mig_manager import MigManager

__all__ = ["DevicePlugin", "EfaPlugin", "MigManager", "mig_config", "plugin_config"]
