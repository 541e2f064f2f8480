"""NVIDIA's device plugin and feature discovery, hooks of CDI, and a library in the place of NVML."""

from gpu_cluster_tools.toolchain.c_compiler import COMPILER
from gpu_cluster_tools.toolchain.tool import ModuleFiles, Tool
from gpu_cluster_tools.toolchain.tools import DEVICE_PLUGIN_VERSION

_PLUGIN = "github.com/NVIDIA/k8s-device-plugin"


def _of_the_plugin(name: str, program: str) -> Tool:
    return Tool(
        name=name,
        version=DEVICE_PLUGIN_VERSION,
        module="nvidia-device-plugin",
        package=f"{_PLUGIN}/cmd/{program}",
        variables={f"{_PLUGIN}/internal/info.version": DEVICE_PLUGIN_VERSION},
        compiler=(COMPILER,),
    )


NVIDIA_DEVICE_PLUGIN = _of_the_plugin("nvidia-k8s-device-plugin", "nvidia-device-plugin")
GPU_FEATURE_DISCOVERY = _of_the_plugin("gpu-feature-discovery", "gpu-feature-discovery")

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

NVIDIA = (NVIDIA_DEVICE_PLUGIN, GPU_FEATURE_DISCOVERY, NVML, NVIDIA_CTK)
