"""The stack file as models: frozen, one module per section."""

from components.config.budget import BudgetSettings
from components.config.cluster import ClusterSettings, ExistingCluster, LocalCluster
from components.config.compliance import ComplianceSettings, Framework
from components.config.gpu import GpuSettings
from components.config.pools import Machine, PoolSettings, Sharing, Taint
from components.config.registry import InClusterRegistry, RegistrySettings
from components.config.secret import Secret
from components.config.serving import ModelCache, ModelSettings, ServingEngine, ServingSettings
from components.config.span import Replicas, Span
from components.config.stack import Stack
from components.config.storage import Csi, HostPath, LocalPath, Nfs, StorageClassSettings

__all__ = [
    "BudgetSettings",
    "ClusterSettings",
    "ComplianceSettings",
    "Csi",
    "ExistingCluster",
    "Framework",
    "GpuSettings",
    "HostPath",
    "InClusterRegistry",
    "LocalCluster",
    "LocalPath",
    "Machine",
    "ModelCache",
    "ModelSettings",
    "Nfs",
    "PoolSettings",
    "RegistrySettings",
    "Replicas",
    "Secret",
    "ServingEngine",
    "ServingSettings",
    "Sharing",
    "Span",
    "Stack",
    "StorageClassSettings",
    "Taint",
]
