"""The exemptions of all components, by the token of the component that makes the objects."""

from collections.abc import Mapping

from components.cluster.eks import EksCluster
from components.exemption import Exemption
from components.gpu import DevicePlugin
from components.gpu.efa_plugin import EfaPlugin
from components.gpu.mig_manager import MigManager
from components.karpenter.controller import Controller
from components.registry.ecr.registry import EcrRegistry
from components.storage import StorageClasses

EXEMPTIONS: Mapping[str, tuple[Exemption, ...]] = {
    "gpu-cluster:index:DevicePlugin": DevicePlugin.EXEMPT,
    "gpu-cluster:index:EcrRegistry": EcrRegistry.EXEMPT,
    "gpu-cluster:index:EfaPlugin": EfaPlugin.EXEMPT,
    "gpu-cluster:index:EksCluster": EksCluster.EXEMPT,
    "gpu-cluster:index:KarpenterController": Controller.EXEMPT,
    "gpu-cluster:index:MigManager": MigManager.EXEMPT,
    "gpu-cluster:index:StorageClasses": StorageClasses.EXEMPT,
}
