"""Public API: all components, the types of their arguments, and the loader of stack files.

import gpu_cluster
stack = gpu_cluster.load(Path("stacks/Pulumi.prod.yaml"))
gpu_cluster.DevicePlugin("gpus", gpu_cluster.pools_of(stack), gpus=True, mirror=None, region=None)

Names are imported on first use, so a program that uses one component loads only the SDKs of that one.
`gpu_cluster.platform` shows the order of components in a complete platform.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gpu_cluster.aws.budget import Budget as Budget
    from gpu_cluster.aws.ecr.registry import EcrRegistry as EcrRegistry
    from gpu_cluster.aws.ecr.repository import Repository as Repository
    from gpu_cluster.aws.eks.bootstrap_addons import BootstrapAddons as BootstrapAddons
    from gpu_cluster.aws.eks.cluster import EksCluster as EksCluster
    from gpu_cluster.aws.eks.cluster_addons import ClusterAddons as ClusterAddons
    from gpu_cluster.aws.eks.control_plane import ControlPlane as ControlPlane
    from gpu_cluster.aws.eks.hybrid import HybridNodes as HybridNodes
    from gpu_cluster.aws.identity.pod_identity import PodIdentity as PodIdentity
    from gpu_cluster.aws.karpenter.controller import KarpenterController as KarpenterController
    from gpu_cluster.aws.karpenter.interruptions import Interruptions as Interruptions
    from gpu_cluster.aws.karpenter.karpenter import Karpenter as Karpenter
    from gpu_cluster.aws.keys.key_usage import KeyUsage as KeyUsage
    from gpu_cluster.aws.keys.keys import Keys as Keys
    from gpu_cluster.aws.network.endpoints import Endpoints as Endpoints
    from gpu_cluster.aws.network.flow_logs import FlowLogs as FlowLogs
    from gpu_cluster.aws.network.network import Network as Network
    from gpu_cluster.aws.network.routes import Routes as Routes
    from gpu_cluster.aws.network.subnets import Subnets as Subnets
    from gpu_cluster.aws.network.tiers import Tiers as Tiers
    from gpu_cluster.aws.network.vpc import Vpc as Vpc
    from gpu_cluster.aws.nodes.cluster_autoscaler import ClusterAutoscaler as ClusterAutoscaler
    from gpu_cluster.aws.nodes.launch_template import NodeContext as NodeContext
    from gpu_cluster.aws.nodes.node_group import NodeGroup as NodeGroup
    from gpu_cluster.aws.nodes.node_groups import NodeGroups as NodeGroups
    from gpu_cluster.aws.nodes.node_role import NodeRole as NodeRole
    from gpu_cluster.aws.platform_logs import PlatformLogs as PlatformLogs
    from gpu_cluster.aws.stores.backups import Backups as Backups
    from gpu_cluster.aws.stores.backups import BackupSelection as BackupSelection
    from gpu_cluster.aws.stores.backups import CopyDestination as CopyDestination
    from gpu_cluster.aws.stores.bucket import Bucket as Bucket
    from gpu_cluster.aws.stores.efs import FileSystem as FileSystem
    from gpu_cluster.aws.stores.file_system_network import FileSystemNetwork as FileSystemNetwork
    from gpu_cluster.aws.stores.lustre import Lustre as Lustre
    from gpu_cluster.aws.stores.stores import Stores as Stores
    from gpu_cluster.aws.teams.account import TeamAccount as TeamAccount
    from gpu_cluster.aws.teams.iam_policies import Prefixes as Prefixes
    from gpu_cluster.capacity import Pool as Pool
    from gpu_cluster.capacity import pools_of as pools_of
    from gpu_cluster.capacity.gateway_routes import Route as Route
    from gpu_cluster.cluster_choice import backend_for as backend_for
    from gpu_cluster.config import Stack as Stack
    from gpu_cluster.config import TeamStack as TeamStack
    from gpu_cluster.environment_outputs import EnvironmentOutputs as EnvironmentOutputs
    from gpu_cluster.images import Image as Image
    from gpu_cluster.images import TaggedImage as TaggedImage
    from gpu_cluster.kubernetes.cluster.cluster import Cluster as Cluster
    from gpu_cluster.kubernetes.cluster_backend import ClusterBackend as ClusterBackend
    from gpu_cluster.kubernetes.extras.extras import Extras as Extras
    from gpu_cluster.kubernetes.gateway.controller import EnvoyGateway as EnvoyGateway
    from gpu_cluster.kubernetes.gateway.gateway import Gateway as Gateway
    from gpu_cluster.kubernetes.gateway.platform_gateway import PlatformGateway as PlatformGateway
    from gpu_cluster.kubernetes.gateway.rate_limit_service import RateLimitImages as RateLimitImages
    from gpu_cluster.kubernetes.gateway.routes import GatewayRoutes as GatewayRoutes
    from gpu_cluster.kubernetes.gpu.device_plugin import DevicePlugin as DevicePlugin
    from gpu_cluster.kubernetes.gpu.efa_plugin import EfaPlugin as EfaPlugin
    from gpu_cluster.kubernetes.gpu.mig_manager import MigManager as MigManager
    from gpu_cluster.kubernetes.gpu_repair.gpu_repair import GpuRepair as GpuRepair
    from gpu_cluster.kubernetes.logs.logs import Logs as Logs
    from gpu_cluster.kubernetes.lws.controller import LwsController as LwsController
    from gpu_cluster.kubernetes.on_call import OnCall as OnCall
    from gpu_cluster.kubernetes.registry.pull_secrets import PullSecrets as PullSecrets
    from gpu_cluster.kubernetes.registry.registry import Registry as Registry
    from gpu_cluster.kubernetes.scheduling import ServerNodes as ServerNodes
    from gpu_cluster.kubernetes.security.namespace import Namespace as Namespace
    from gpu_cluster.kubernetes.security.namespace import PodSecurity as PodSecurity
    from gpu_cluster.kubernetes.services.service import Service as Service
    from gpu_cluster.kubernetes.serving.model import Model as Model
    from gpu_cluster.kubernetes.serving.replicas import Placement as Placement
    from gpu_cluster.kubernetes.serving.serving import Serving as Serving
    from gpu_cluster.kubernetes.storage.classes import StorageClasses as StorageClasses
    from gpu_cluster.kubernetes.storage.classes import StorageClassNames as StorageClassNames
    from gpu_cluster.kubernetes.storage.volume_source import StorageResources as StorageResources
    from gpu_cluster.kubernetes.teams.grant import TeamGrant as TeamGrant
    from gpu_cluster.kubernetes.teams.teams import Teams as Teams
    from gpu_cluster.kubernetes.telemetry.telemetry import Telemetry as Telemetry
    from gpu_cluster.plan import Plan as Plan
    from gpu_cluster.plan import plan_of as plan_of
    from gpu_cluster.platform import Platform as Platform
    from gpu_cluster.stack import StackFileError as StackFileError
    from gpu_cluster.stack import load as load
    from gpu_cluster.stack import load_any as load_any
    from gpu_cluster.team import Team as Team
    from gpu_cluster.team_cluster import TeamBackend as TeamBackend
    from gpu_cluster.team_cluster import team_backend_for as team_backend_for

_MODULES = {
    "Backups": "gpu_cluster.aws.stores.backups",
    "BackupSelection": "gpu_cluster.aws.stores.backups",
    "BootstrapAddons": "gpu_cluster.aws.eks.bootstrap_addons",
    "Bucket": "gpu_cluster.aws.stores.bucket",
    "Budget": "gpu_cluster.aws.budget",
    "Cluster": "gpu_cluster.kubernetes.cluster.cluster",
    "ClusterAddons": "gpu_cluster.aws.eks.cluster_addons",
    "ClusterAutoscaler": "gpu_cluster.aws.nodes.cluster_autoscaler",
    "ClusterBackend": "gpu_cluster.kubernetes.cluster_backend",
    "ControlPlane": "gpu_cluster.aws.eks.control_plane",
    "CopyDestination": "gpu_cluster.aws.stores.backups",
    "DevicePlugin": "gpu_cluster.kubernetes.gpu.device_plugin",
    "EcrRegistry": "gpu_cluster.aws.ecr.registry",
    "EfaPlugin": "gpu_cluster.kubernetes.gpu.efa_plugin",
    "EksCluster": "gpu_cluster.aws.eks.cluster",
    "Endpoints": "gpu_cluster.aws.network.endpoints",
    "EnvironmentOutputs": "gpu_cluster.environment_outputs",
    "EnvoyGateway": "gpu_cluster.kubernetes.gateway.controller",
    "Extras": "gpu_cluster.kubernetes.extras.extras",
    "FileSystem": "gpu_cluster.aws.stores.efs",
    "FileSystemNetwork": "gpu_cluster.aws.stores.file_system_network",
    "FlowLogs": "gpu_cluster.aws.network.flow_logs",
    "Gateway": "gpu_cluster.kubernetes.gateway.gateway",
    "GatewayRoutes": "gpu_cluster.kubernetes.gateway.routes",
    "GpuRepair": "gpu_cluster.kubernetes.gpu_repair.gpu_repair",
    "HybridNodes": "gpu_cluster.aws.eks.hybrid",
    "Image": "gpu_cluster.images",
    "Interruptions": "gpu_cluster.aws.karpenter.interruptions",
    "Karpenter": "gpu_cluster.aws.karpenter.karpenter",
    "KarpenterController": "gpu_cluster.aws.karpenter.controller",
    "Keys": "gpu_cluster.aws.keys.keys",
    "KeyUsage": "gpu_cluster.aws.keys.key_usage",
    "Logs": "gpu_cluster.kubernetes.logs.logs",
    "Lustre": "gpu_cluster.aws.stores.lustre",
    "LwsController": "gpu_cluster.kubernetes.lws.controller",
    "MigManager": "gpu_cluster.kubernetes.gpu.mig_manager",
    "Model": "gpu_cluster.kubernetes.serving.model",
    "Namespace": "gpu_cluster.kubernetes.security.namespace",
    "Network": "gpu_cluster.aws.network.network",
    "NodeContext": "gpu_cluster.aws.nodes.launch_template",
    "NodeGroup": "gpu_cluster.aws.nodes.node_group",
    "NodeGroups": "gpu_cluster.aws.nodes.node_groups",
    "NodeRole": "gpu_cluster.aws.nodes.node_role",
    "OnCall": "gpu_cluster.kubernetes.on_call",
    "Placement": "gpu_cluster.kubernetes.serving.replicas",
    "Plan": "gpu_cluster.plan",
    "Platform": "gpu_cluster.platform",
    "PlatformGateway": "gpu_cluster.kubernetes.gateway.platform_gateway",
    "PlatformLogs": "gpu_cluster.aws.platform_logs",
    "PodIdentity": "gpu_cluster.aws.identity.pod_identity",
    "PodSecurity": "gpu_cluster.kubernetes.security.namespace",
    "Pool": "gpu_cluster.capacity",
    "Prefixes": "gpu_cluster.aws.teams.iam_policies",
    "PullSecrets": "gpu_cluster.kubernetes.registry.pull_secrets",
    "RateLimitImages": "gpu_cluster.kubernetes.gateway.rate_limit_service",
    "Registry": "gpu_cluster.kubernetes.registry.registry",
    "Repository": "gpu_cluster.aws.ecr.repository",
    "Route": "gpu_cluster.capacity.gateway_routes",
    "Routes": "gpu_cluster.aws.network.routes",
    "ServerNodes": "gpu_cluster.kubernetes.scheduling",
    "Service": "gpu_cluster.kubernetes.services.service",
    "Serving": "gpu_cluster.kubernetes.serving.serving",
    "Stack": "gpu_cluster.config",
    "StackFileError": "gpu_cluster.stack",
    "StorageClasses": "gpu_cluster.kubernetes.storage.classes",
    "StorageClassNames": "gpu_cluster.kubernetes.storage.classes",
    "StorageResources": "gpu_cluster.kubernetes.storage.volume_source",
    "Stores": "gpu_cluster.aws.stores.stores",
    "Subnets": "gpu_cluster.aws.network.subnets",
    "TaggedImage": "gpu_cluster.images",
    "Team": "gpu_cluster.team",
    "TeamAccount": "gpu_cluster.aws.teams.account",
    "TeamBackend": "gpu_cluster.team_cluster",
    "TeamGrant": "gpu_cluster.kubernetes.teams.grant",
    "Teams": "gpu_cluster.kubernetes.teams.teams",
    "TeamStack": "gpu_cluster.config",
    "Telemetry": "gpu_cluster.kubernetes.telemetry.telemetry",
    "Tiers": "gpu_cluster.aws.network.tiers",
    "Vpc": "gpu_cluster.aws.network.vpc",
    "backend_for": "gpu_cluster.cluster_choice",
    "load": "gpu_cluster.stack",
    "load_any": "gpu_cluster.stack",
    "plan_of": "gpu_cluster.plan",
    "pools_of": "gpu_cluster.capacity",
    "team_backend_for": "gpu_cluster.team_cluster",
}
"""Module of each public name."""

__all__ = list(_MODULES)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """`AttributeError` for a name that is not public."""
    if name not in _MODULES:
        raise AttributeError(f"module 'gpu_cluster' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES])
