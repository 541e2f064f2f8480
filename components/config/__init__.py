"""The stack file as models: frozen, one module per section."""

from components.config.budget import BudgetSettings
from components.config.capacity import Capacity, CapacityBlock, Market, Reservation
from components.config.cluster import ClusterSettings, ExistingCluster, LocalCluster
from components.config.compliance import ComplianceSettings, Framework
from components.config.gpu import GpuSettings
from components.config.network import AwsService, ExistingNetwork, Nat, NetworkSettings
from components.config.pools import (
    Ami,
    AmiFamily,
    Disk,
    Machine,
    PoolSettings,
    Provisioner,
    Sharing,
    Taint,
    Update,
)
from components.config.registry import InClusterRegistry, RegistrySettings
from components.config.secret import Secret
from components.config.serving import ModelCache, ModelSettings, ServingEngine, ServingSettings
from components.config.span import Replicas, Span
from components.config.stack import Stack
from components.config.storage import Csi, HostPath, LocalPath, Nfs, StorageClassSettings

__all__ = [
    "Ami",
    "AmiFamily",
    "AwsService",
    "BudgetSettings",
    "Capacity",
    "CapacityBlock",
    "ClusterSettings",
    "ComplianceSettings",
    "Csi",
    "Disk",
    "ExistingCluster",
    "ExistingNetwork",
    "Framework",
    "GpuSettings",
    "HostPath",
    "InClusterRegistry",
    "LocalCluster",
    "LocalPath",
    "Machine",
    "Market",
    "ModelCache",
    "ModelSettings",
    "Nat",
    "NetworkSettings",
    "Nfs",
    "PoolSettings",
    "Provisioner",
    "RegistrySettings",
    "Replicas",
    "Reservation",
    "Secret",
    "ServingEngine",
    "ServingSettings",
    "Sharing",
    "Span",
    "Stack",
    "StorageClassSettings",
    "Taint",
    "Update",
]
