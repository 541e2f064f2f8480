"""The programs that the platform runs on: the engine, its plugins and a control plane."""

from gpu_cluster_tools.toolchain.aws_provider import AWS_PROVIDER
from gpu_cluster_tools.toolchain.errors import ToolchainError
from gpu_cluster_tools.toolchain.image_programs import (
    ENDPOINT_PICKER,
    ENVOY_GATEWAY,
    ENVOY_GATEWAY_CHARTS,
    LWS_CONTROLLER,
    RATE_LIMIT,
)
from gpu_cluster_tools.toolchain.karpenter import KARPENTER
from gpu_cluster_tools.toolchain.tool import Tool
from gpu_cluster_tools.toolchain.toolchain import (
    AT_ONCE,
    Toolchain,
    builder,
    install,
    present,
    provide,
    ready_engine,
    tools_folder,
)
from gpu_cluster_tools.toolchain.tools import KARPENTER_CHARTS

__all__ = [
    "AT_ONCE",
    "AWS_PROVIDER",
    "ENDPOINT_PICKER",
    "ENVOY_GATEWAY",
    "ENVOY_GATEWAY_CHARTS",
    "KARPENTER",
    "KARPENTER_CHARTS",
    "LWS_CONTROLLER",
    "RATE_LIMIT",
    "Tool",
    "Toolchain",
    "ToolchainError",
    "builder",
    "install",
    "present",
    "provide",
    "ready_engine",
    "tools_folder",
]
