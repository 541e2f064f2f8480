"""The exemptions of all components, by the token of the component that makes the objects."""

from collections.abc import Mapping

from gpu_cluster.aws.ecr.registry import EcrRegistry
from gpu_cluster.aws.eks import EksCluster
from gpu_cluster.aws.karpenter.controller import KarpenterController
from gpu_cluster.aws.network.endpoints import Endpoints
from gpu_cluster.aws.nodes.cluster_autoscaler import ClusterAutoscaler
from gpu_cluster.exemption import Exemption
from gpu_cluster.kubernetes.gateway.controller import EnvoyGateway
from gpu_cluster.kubernetes.gateway.gateway import Gateway
from gpu_cluster.kubernetes.gateway.platform_gateway import PlatformGateway
from gpu_cluster.kubernetes.gpu import DevicePlugin
from gpu_cluster.kubernetes.gpu.efa_plugin import EfaPlugin
from gpu_cluster.kubernetes.gpu.mig_manager import MigManager
from gpu_cluster.kubernetes.gpu_repair import GpuRepair
from gpu_cluster.kubernetes.logs import Logs
from gpu_cluster.kubernetes.lws import LwsController
from gpu_cluster.kubernetes.on_call import OnCall
from gpu_cluster.kubernetes.serving import Serving
from gpu_cluster.kubernetes.storage import StorageClasses
from gpu_cluster.kubernetes.telemetry import Telemetry

EXEMPTIONS: Mapping[str, tuple[Exemption, ...]] = {
    "gpu-cluster:index:ClusterAutoscaler": ClusterAutoscaler.EXEMPT,
    "gpu-cluster:index:DevicePlugin": DevicePlugin.EXEMPT,
    "gpu-cluster:index:EcrRegistry": EcrRegistry.EXEMPT,
    "gpu-cluster:index:EfaPlugin": EfaPlugin.EXEMPT,
    "gpu-cluster:index:EksCluster": EksCluster.EXEMPT,
    "gpu-cluster:index:Endpoints": Endpoints.EXEMPT,
    "gpu-cluster:index:EnvoyGateway": EnvoyGateway.EXEMPT,
    "gpu-cluster:index:Gateway": Gateway.EXEMPT,
    "gpu-cluster:index:GpuRepair": GpuRepair.EXEMPT,
    "gpu-cluster:index:KarpenterController": KarpenterController.EXEMPT,
    "gpu-cluster:index:Logs": Logs.EXEMPT,
    "gpu-cluster:index:LwsController": LwsController.EXEMPT,
    "gpu-cluster:index:MigManager": MigManager.EXEMPT,
    "gpu-cluster:index:OnCall": OnCall.EXEMPT,
    "gpu-cluster:index:PlatformGateway": PlatformGateway.EXEMPT,
    "gpu-cluster:index:Serving": Serving.EXEMPT,
    "gpu-cluster:index:StorageClasses": StorageClasses.EXEMPT,
    "gpu-cluster:index:Telemetry": Telemetry.EXEMPT,
}
