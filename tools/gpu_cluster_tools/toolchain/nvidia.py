"""NVIDIA's device plugin, the hooks of its CDI specification, and a library in the place of NVML."""

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

NVIDIA_CTK = Tool(
    name="nvidia-ctk",
    version="v1.19.1",  # of the libraries with which the plugin describes devices
    module="nvidia-ctk",
    package="github.com/NVIDIA/nvidia-container-toolkit/cmd/nvidia-ctk",
    compiler=(COMPILER,),
)

NVIDIA = (NVIDIA_DEVICE_PLUGIN, NVML, NVIDIA_CTK)
