"""Models of the stack file: frozen, one module per section."""

from gpu_cluster.config.alerts import AlertSettings
from gpu_cluster.config.backups import BackupSettings
from gpu_cluster.config.budget import BudgetSettings
from gpu_cluster.config.cluster import ClusterSettings, ExistingCluster, LocalCluster
from gpu_cluster.config.compliance import ComplianceSettings, Framework
from gpu_cluster.config.containers import Variable
from gpu_cluster.config.eks import Access, AccessPolicy, EksSettings, Endpoint, RemoteNetworks
from gpu_cluster.config.extras import ExtrasSettings
from gpu_cluster.config.gateway import GatewaySettings, GatewayTls, RoutedSettings, RouteSettings
from gpu_cluster.config.gpu import GpuRepairSettings, GpuSettings
from gpu_cluster.config.hub import HubMirror
from gpu_cluster.config.logs import CloudWatch, LogSettings
from gpu_cluster.config.min_max import MinMax, Replicas
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.model_options import Adapters, ModelCache, ServerSettings, Speculation
from gpu_cluster.config.network import AwsService, ExistingNetwork, FlowLogSettings, Nat, NetworkSettings
from gpu_cluster.config.on_call import OnCallSettings
from gpu_cluster.config.pool_capacity import Capacity, CapacityBlock, Market, Reservation
from gpu_cluster.config.pools import (
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
from gpu_cluster.config.registry import InClusterRegistry, RegistrySettings, RepositorySettings, UpstreamName
from gpu_cluster.config.secret import Secret
from gpu_cluster.config.services import ServiceSettings, ServiceVolume
from gpu_cluster.config.serving import ServingSettings
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.storage import Csi, Ebs, Efs, HostPath, LocalPath, Nfs, StorageSettings
from gpu_cluster.config.stores import S3, CsiVolume, FsxLustre, NfsFolder, NodeFolder, StoreSettings
from gpu_cluster.config.team_grants import GpuQuota, TeamBudget, TeamSettings
from gpu_cluster.config.team_stack import Membership, TeamFile, TeamRepository, TeamStack
from gpu_cluster.config.telemetry import Collector, RemoteWrite, Scraper, TelemetrySettings

__all__ = [
    "S3",
    "Access",
    "AccessPolicy",
    "Adapters",
    "AlertSettings",
    "Ami",
    "AmiFamily",
    "AwsService",
    "BackupSettings",
    "BudgetSettings",
    "Capacity",
    "CapacityBlock",
    "CloudWatch",
    "ClusterSettings",
    "Collector",
    "ComplianceSettings",
    "Csi",
    "CsiVolume",
    "Disk",
    "Ebs",
    "Efs",
    "EksSettings",
    "Endpoint",
    "ExistingCluster",
    "ExistingNetwork",
    "ExtrasSettings",
    "FlowLogSettings",
    "Framework",
    "FsxLustre",
    "GatewaySettings",
    "GatewayTls",
    "GpuQuota",
    "GpuRepairSettings",
    "GpuSettings",
    "HostPath",
    "HubMirror",
    "InClusterRegistry",
    "LocalCluster",
    "LocalPath",
    "LogSettings",
    "Machine",
    "Market",
    "Membership",
    "MinMax",
    "ModelCache",
    "ModelSettings",
    "Nat",
    "NetworkSettings",
    "Nfs",
    "NfsFolder",
    "NodeFolder",
    "OnCallSettings",
    "PoolSettings",
    "Provisioner",
    "RegistrySettings",
    "RemoteNetworks",
    "RemoteWrite",
    "Replicas",
    "RepositorySettings",
    "Reservation",
    "RouteSettings",
    "RoutedSettings",
    "Scraper",
    "Secret",
    "ServerSettings",
    "ServiceSettings",
    "ServiceVolume",
    "ServingEngine",
    "ServingSettings",
    "Sharing",
    "Speculation",
    "Stack",
    "StorageSettings",
    "StoreSettings",
    "Taint",
    "TeamBudget",
    "TeamFile",
    "TeamRepository",
    "TeamSettings",
    "TeamStack",
    "TelemetrySettings",
    "Update",
    "UpstreamName",
    "Variable",
]
