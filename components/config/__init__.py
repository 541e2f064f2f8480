"""The stack file as models: frozen, one module per section."""

from components.config.backups import BackupSettings
from components.config.budget import BudgetSettings
from components.config.capacity import Capacity, CapacityBlock, Market, Reservation
from components.config.cluster import ClusterSettings, ExistingCluster, LocalCluster
from components.config.compliance import ComplianceSettings, Framework
from components.config.eks import Access, AccessPolicy, EksSettings, Endpoint, RemoteNetworks
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
from components.config.registry import InClusterRegistry, RegistrySettings, RepositorySettings, Upstream
from components.config.secret import Secret
from components.config.services import ServiceSettings, ServiceVolume
from components.config.serving import ModelCache, ModelSettings, ServingEngine, ServingSettings
from components.config.span import Replicas, Span
from components.config.stack import Stack
from components.config.storage import S3, Csi, Ebs, Efs, FsxLustre, HostPath, LocalPath, Nfs, StorageSettings
from components.config.team import Membership, TeamFile, TeamRepository, TeamStack
from components.config.teams import GpuQuota, TeamBudget, TeamSettings

__all__ = [
    "S3",
    "Access",
    "AccessPolicy",
    "Ami",
    "AmiFamily",
    "AwsService",
    "BackupSettings",
    "BudgetSettings",
    "Capacity",
    "CapacityBlock",
    "ClusterSettings",
    "ComplianceSettings",
    "Csi",
    "Disk",
    "Ebs",
    "Efs",
    "EksSettings",
    "Endpoint",
    "ExistingCluster",
    "ExistingNetwork",
    "Framework",
    "FsxLustre",
    "GpuQuota",
    "GpuSettings",
    "HostPath",
    "InClusterRegistry",
    "LocalCluster",
    "LocalPath",
    "Machine",
    "Market",
    "Membership",
    "ModelCache",
    "ModelSettings",
    "Nat",
    "NetworkSettings",
    "Nfs",
    "PoolSettings",
    "Provisioner",
    "RegistrySettings",
    "RemoteNetworks",
    "Replicas",
    "RepositorySettings",
    "Reservation",
    "Secret",
    "ServiceSettings",
    "ServiceVolume",
    "ServingEngine",
    "ServingSettings",
    "Sharing",
    "Span",
    "Stack",
    "StorageSettings",
    "Taint",
    "TeamBudget",
    "TeamFile",
    "TeamRepository",
    "TeamSettings",
    "TeamStack",
    "Update",
    "Upstream",
]
