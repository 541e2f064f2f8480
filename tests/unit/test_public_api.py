"""Public names for other programs. A name is added or removed on purpose."""

import ast
import inspect
import subprocess
import sys
import typing
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pulumi
import pytest

import gpu_cluster
from gpu_cluster import config

PROJECT = Path(__file__).parents[2]

PUBLIC = {
    "gpu_cluster_tools.doctor": "Check QuotaRequirement CheckStatus counts diagnose quota_requirements",
    "gpu_cluster.cost": (
        "ASSUMPTIONS ActualCost Assumption Bill BudgetCheck CATALOG Change Cost CostDiff Gap HOURS_PER_MONTH "
        "Holder Item LineItem MeasuredUsage Missing NodeKind PriceFileError Prices Range TeamCostShare "
        "UsageError Utilization actual_document actual_of cost_of diff document_of items_of priced "
        "project_prices region_of storage_classes usage_of"
    ),
    "gpu_cluster_policies.markup": "LIMIT block code table text visible",
    "gpu_cluster.plan": "Environments Graph Plan Registered plan_of planned",
    "gpu_cluster_policies": (
        "Finding Level NotEvaluated Pack PolicyFileError Report Resource Rule UNKNOWN pack_of"
    ),
    "gpu_cluster_tools.rehearsal": (
        "Changes KubernetesClient LocalControlPlane PulumiEngine ClusterInventory PoolNodes RehearsalError "
        "Replica RehearsalReport Sandbox "
        "ControlPlaneStatus TeamSandbox admit forget_local_state inventory local_stacks local_state "
        "locked reconcile recover "
        "replicas_in copy_project simulate unlock"
    ),
    "gpu_cluster_tools.toolchain": (
        "AT_ONCE AWS_PROVIDER ENDPOINT_PICKER ENVOY_GATEWAY ENVOY_GATEWAY_CHARTS KARPENTER KARPENTER_CHARTS "
        "LWS_CONTROLLER RATE_LIMIT Tool Toolchain ToolchainError builder install present provide "
        "ready_engine tools_folder"
    ),
    "gpu_cluster.capacity.addresses": (
        "Demand Tier ZONES demand_of endpoint_ranges ipv6_subnet pod_ranges subnet usable"
    ),
    "gpu_cluster.catalog.engines": "ENGINES ENGINE_SOURCES Engine Flag flags_of known_releases",
    "gpu_cluster.catalog": (
        "ADDONS ADDON_LEAST ADDON_SOURCES ADDON_VERSIONS AL2023_RELEASES AMI_SOURCES BUCKET_SHARE "
        "CAPACITY_BLOCK_SOURCES CAPACITY_BLOCK_TYPES CacheLayers ConfigError DRIVER_SOURCES DURATIONS "
        "ExpertTiles HOPPER_TILES "
        "DURATION_SOURCES Duration EFA_SOURCES EKS_IMAGE_SOURCES GPUS GPU_INSTANCE_ORDERS GPU_SOURCES "
        "Gpu GpuInstance INSTANCES INSTANCE_PRICE_SOURCES INSTANCE_SOURCES Instance Interface "
        "KUBELET_MAX_PODS KUBERNETES_SOURCES KUBERNETES_VERSIONS KubernetesVersion "
        "LARGE_IMAGE_MINUTES LIST_PRICE_DAYS LanguageModel Loss MIG_SOURCES MODELS MODEL_SOURCES "
        "MODEL_TYPES_RELEASE "
        "MOVING_PRICE_DAYS OFFERING_SOURCES Price PriceError Profile QUOTAS QUOTA_SOURCES Quota "
        "RECIPES Recipe PRICED_REGIONS REGIONS REGION_SOURCES SERVICES SERVICE_PRICES STATEFUL "
        "PricedService Source "
        "ULTRASERVER_FAMILY UPSTREAMS UPSTREAM_SOURCES Upstream VLLM_DRIVER WEIGHTS_BYTES_PER_MINUTE "
        "ami_problem ami_type capacity_block capacity_block_quota duration_of efa_interfaces eks_images "
        "engine_start_minutes gpu_instances grouped huge_pages_bytes mig_layouts mig_problem "
        "of_weights on_demand "
        "on_demand_quota price_sources priced_regions read_config region_lacks regions_with service_price "
        "spot spot_quota zone_names zones_of_some_accounts zones_with"
    ),
    "gpu_cluster.kubernetes.cluster": "Cluster NoKubeconfigError kubeconfig_of team_kubeconfig",
    "gpu_cluster.aws.eks": "ClusterAddons EksCluster kubeconfig",
    "gpu_cluster.config": (
        "Access AccessPolicy Adapters AlertSettings Ami AmiFamily AwsService BackupSettings "
        "BudgetSettings Capacity CapacityBlock ClusterSettings Collector ComplianceSettings Csi CsiVolume "
        "Disk Ebs Efs EksSettings Endpoint ExistingCluster ExistingNetwork Framework FsxLustre GpuQuota "
        "GpuRepairSettings GpuSettings HostPath InClusterRegistry LocalCluster LocalPath LogSettings "
        "Machine Market Membership MinMax ModelCache ModelSettings Nat NetworkSettings Nfs NfsFolder "
        "NodeFolder OnCallSettings PoolSettings Provisioner RegistrySettings RemoteNetworks RemoteWrite "
        "Replicas RepositorySettings Reservation S3 Scraper Secret ServerSettings ServiceSettings "
        "ServiceVolume ServingEngine ServingSettings Sharing Speculation Stack StorageSettings "
        "StoreSettings Taint TeamBudget TeamFile TeamRepository TeamSettings TeamStack TelemetrySettings "
        "CloudWatch ExtrasSettings FlowLogSettings HubMirror "
        "Update UpstreamName Variable GatewaySettings GatewayTls RouteSettings RoutedSettings"
    ),
    "gpu_cluster.kubernetes.gpu": "DevicePlugin EfaPlugin MigManager mig_config plugin_config",
    "gpu_cluster.aws.identity": "PodIdentity managed_policy policy_document",
    "gpu_cluster.aws.keys": "Keys KeyUsage",
    "gpu_cluster.aws.nodes": (
        "ClusterAutoscaler NodeContext NodeGroup NodeGroups NodeRole bottlerocket_settings node_config "
        "user_data"
    ),
    "gpu_cluster.aws.network": "Network",
    "gpu_cluster.capacity": (
        "ACCELERATOR_LABEL Device EFA_RESOURCE EngineOptions GPU_RESOURCE GPU_TAINT GpuSlot HUB_NAME "
        "Handover Hardware MIG_DIVIDED MIG_LABEL MIRROR_CPU_MILLIS MIRROR_MEMORY_BYTES "
        "MemoryEstimate MirroredModel ModelLoad POOL_LABEL PREFETCH_LIMITS PREFETCH_REQUESTS "
        "Pool REVISION Request Resources RootDisk Route RouteTarget Share aliases_of allocatable "
        "ami_release api_path capacity_type "
        "config_problem counted_models device_of eks_hardware_of engine_options folder_of free_capacity "
        "gpu_resource hardware_of host_of known_model kubelet_version load_of load_time memory_share "
        "mig_layout_name mig_resource minutes_to_replace mirror_jobs mirrored_models node_gbps nodes_for "
        "path_of picked_models pools_of quota_by_resource read_gbps release_of replica_device "
        "replicas_per_node request_of root_disk routes_of routes_of_team scales served_metrics share_of "
        "share_of_node smallest_fit stated surge_nodes surges waiting_metric weights_pull_minutes"
    ),
    "gpu_cluster.kubernetes.gpu_repair": "GpuRepair",
    "gpu_cluster.kubernetes.logs": "Logs agent_config collector_config",
    "gpu_cluster.kubernetes.registry": "PullSecretUse PullSecrets Registry pull_secrets",
    "gpu_cluster.kubernetes.security": (
        "Namespace PodSecurity among_pods api_token_mount api_token_volume from_anywhere "
        "from_namespaces from_pods "
        "restricted_container restricted_pod to_anywhere to_api_server to_dns to_internet "
        "to_namespaces to_networks to_pod_identity"
    ),
    "gpu_cluster.kubernetes.serving": "Model Placement Serving hub_token_secret mirrors placements_of",
    "gpu_cluster.kubernetes.services": "Service store_claims",
    "gpu_cluster.kubernetes.telemetry": "Telemetry alertmanager_config prometheus_config rule_files",
    "gpu_cluster.stack": "LocatedDiagnostic StackFileError environment_of is_team_file load load_any",
    "gpu_cluster.aws.ecr": "EcrRegistry Repository keep_newest_and_tagged",
    "gpu_cluster.kubernetes.teams": "AWS_ACCOUNT TEAM_LABEL TeamGrant Teams priority_class summary_of",
    "gpu_cluster.kubernetes.storage": (
        "KEPT_BY_CLAIMS STORE_CLAIM StorageClassNames StorageClasses StorageResources VolumeSource "
        "claim_of classes_of csi_addons"
    ),
}


@pytest.mark.parametrize("package", PUBLIC)
def test_package_exports_its_public_names(package: str) -> None:
    module = import_module(package)

    assert sorted(module.__all__) == sorted(PUBLIC[package].split())
    assert all(hasattr(module, name) for name in module.__all__)


def test_library_exports_every_component() -> None:
    """Derived from the sources: every new component is exported."""
    defined = {
        node.name
        for file in (PROJECT / "components/gpu_cluster").rglob("*.py")
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base) == "pulumi.ComponentResource" for base in node.bases)
    }

    offered = {name for name in gpu_cluster.__all__ if _is_component(getattr(gpu_cluster, name))}

    assert offered == defined
    assert {name for name in dir(gpu_cluster) if name in gpu_cluster.__all__} == set(gpu_cluster.__all__)


@pytest.mark.parametrize("name", sorted(it for it in gpu_cluster.__all__ if it[0].isupper()))
def test_component_arguments_use_only_public_types(name: str) -> None:
    """Users find each type in `gpu_cluster` or `gpu_cluster.config`, and options are optional."""
    component = getattr(gpu_cluster, name)
    if not _is_component(component):
        return
    known = {**vars(typing), **vars(pulumi), **vars(sys.modules[component.__module__])}
    hints = typing.get_type_hints(component.__init__, known)

    public = {getattr(gpu_cluster, it) for it in gpu_cluster.__all__}
    public |= {getattr(config, it) for it in config.__all__}
    assert {it for hint in hints.values() for it in _own_types(hint)} <= public
    assert inspect.signature(component).parameters["opts"].default is None


def _own_types(hint: Any) -> Iterator[type]:
    """Classes of this package in a type."""
    if isinstance(hint, type) and hint.__module__.startswith("gpu_cluster"):
        yield hint
    for part in typing.get_args(hint) if not isinstance(hint, list) else cast(list[Any], hint):
        yield from _own_types(part)


def test_static_exports_equal_the_runtime_exports() -> None:
    """Names are imported on first use, so type checkers and programs use separate lists."""
    [typed] = [
        node
        for node in ast.parse(Path(str(gpu_cluster.__file__)).read_text()).body
        if isinstance(node, ast.If)
    ]
    shown = {
        alias.name: node.module
        for node in typed.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert shown.keys() == set(gpu_cluster.__all__)
    for name, module in shown.items():
        assert getattr(import_module(str(module)), name) is getattr(gpu_cluster, name)


def test_importing_the_library_loads_no_sdk() -> None:
    code = "import sys, gpu_cluster; print([it for it in sys.modules if it.startswith('pulumi')])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"


def test_unknown_attribute_of_the_library_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'DevicePlugins'"):
        _ = gpu_cluster.DevicePlugins  # pyright: ignore[reportAttributeAccessIssue]


def _is_component(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, pulumi.ComponentResource)
