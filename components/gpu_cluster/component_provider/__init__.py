"""Components for programs in TypeScript, Go, C#, Java and YAML: the package that `pulumi package add` offers.

The schema is inferred from the classes of these modules, which declare arguments and outputs. They make the
components of the same names of `gpu_cluster`, with the same tokens.
"""

from gpu_cluster.component_provider.device_plugin import DevicePlugin
from gpu_cluster.component_provider.ecr_registry import EcrRegistry
from gpu_cluster.component_provider.eks_cluster import EksCluster
from gpu_cluster.component_provider.network import Network
from gpu_cluster.component_provider.node_groups import NodeGroups
from gpu_cluster.component_provider.platform import Platform
from gpu_cluster.component_provider.provider import COMPONENTS, VERSION, Provider, main

__all__ = [
    "COMPONENTS",
    "VERSION",
    "DevicePlugin",
    "EcrRegistry",
    "EksCluster",
    "Network",
    "NodeGroups",
    "Platform",
    "Provider",
    "main",
]
