"""NVIDIA's device plugin, and a library in the place of NVML, for real nodes without GPUs."""

from gpu_cluster_tools.toolchain.c_compiler import COMPILER
from gpu_cluster_tools.toolchain.tools import DEVICE_PLUGIN_VERSION, ModuleFiles, Tool

_PLUGIN = "github.com/NVIDIA/k8s-device-plugin"

NVIDIA_DEVICE_PLUGIN = Tool(
    name="nvidia-k8s-device-plugin",
    version=DEVICE_PLUGIN_VERSION,
    module="nvidia-device-plugin",
    package=f"{_PLUGIN}/cmd/nvidia-device-plugin",
    variables={f"{_PLUGIN}/internal/info.version": DEVICE_PLUGIN_VERSION},
    compiler=(COMPILER,),
)

NVML = Tool(
    name="libnvidia-ml.so.1",
    version="v1",
    module="nvml",
    package=None,
    files=ModuleFiles(module="github.com/NVIDIA/go-nvml", paths=("pkg/nvml/nvml.h",)),
    compiler=(COMPILER,),
)

NVIDIA = (NVIDIA_DEVICE_PLUGIN, NVML)
