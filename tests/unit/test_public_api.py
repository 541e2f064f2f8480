"""What other programs may import. A name that goes, or comes, does so on purpose."""

from importlib import import_module

import pytest

PUBLIC = {
    "doctor": "Check Need Verdict counts examine needs_of",
    "cost": (
        "ASSUMPTIONS Assumption Budget Change Cost CostDiff CostError HOURS Item Line Range Share "
        "UsageError Use assumption_rows budget_rows change_rows cost_of diff document_of items_of markdown "
        "part_rows priced region_of storage_classes team_rows usage_of use_rows worst_case_hourly"
    ),
    "markup": "LIMIT block code table text visible",
    "plan": "Environments Graph Plan Registered as_json plan_of planned ready tree",
    "policies": "Finding Level NotEvaluated Pack PolicyFileError Report Resource Rule UNKNOWN pack_of",
    "rehearsal": (
        "Changes Cluster ControlPlane Engine Inventory PoolNodes RehearsalError Replica Report Sandbox "
        "Status Tenant admit forget_local_state inventory local_stacks local_state locked reconcile recover "
        "rehearse rehearse_team replicas_in retired_models scratch simulate unlock"
    ),
    "toolchain": "AT_ONCE AWS_PROVIDER Toolchain ToolchainError builder install present provide tools_folder",
    "components.addresses": (
        "Demand Tier ZONES demand_of endpoint_ranges ipv6_subnet pod_ranges subnet usable"
    ),
    "components.catalog": (
        "ADDONS ADDON_LEAST ADDON_SOURCES ADDON_VERSIONS AL2023_RELEASES AMI_SOURCES BUCKET_SHARE "
        "CAPACITY_BLOCK_SOURCES CAPACITY_BLOCK_TYPES DRIVER_SOURCES DURATIONS DURATION_SOURCES Duration "
        "EFA_SOURCES EKS_IMAGE_SOURCES ENGINE_START_MINUTES GPUS GPU_INSTANCE_ORDERS GPU_SOURCES Gpu "
        "GpuInstance INSTANCES INSTANCE_PRICE_SOURCES INSTANCE_SOURCES Instance Interface KUBELET_MAX_PODS "
        "KUBERNETES_SOURCES KUBERNETES_VERSIONS KubernetesVersion LARGE_IMAGE_MINUTES LIST_PRICE_DAYS "
        "LanguageModel Loss MIG_SOURCES MODELS MODEL_SOURCES MOVING_PRICE_DAYS OFFERING_SOURCES Price "
        "PriceError Profile QUOTAS QUOTA_SOURCES Quota REGIONS REGION_SOURCES SERVICE_PRICES "
        "SERVICE_PRICE_SOURCES SERVICE_REGIONS STATEFUL Source UPSTREAMS UPSTREAM_SOURCES Upstream "
        "VLLM_DRIVER WEIGHTS_BYTES_PER_MINUTE ami_problem ami_type capacity_block capacity_block_quota "
        "duration_of efa_interfaces eks_images gpu_instances grouped mig_layouts mig_problem of_weights "
        "on_demand on_demand_quota priced_regions regions_with service_price spot spot_quota zones_with"
    ),
    "components.cluster": "Cluster NoKubeconfigError kubeconfig_of team_kubeconfig",
    "components.cluster.eks": "Addons EksCluster kubeconfig",
    "components.config": (
        "Access AccessPolicy Ami AmiFamily AwsService BackupSettings BudgetSettings Capacity CapacityBlock "
        "ClusterSettings ComplianceSettings Csi Disk Ebs Efs EksSettings Endpoint ExistingCluster "
        "ExistingNetwork Framework FsxLustre GpuQuota GpuSettings HostPath InClusterRegistry LocalCluster "
        "LocalPath Machine Market Membership ModelCache ModelSettings Nat NetworkSettings Nfs "
        "PoolSettings Provisioner RegistrySettings RemoteNetworks Replicas RepositorySettings Reservation "
        "S3 Secret ServiceSettings ServiceVolume ServingEngine ServingSettings Sharing Span Stack "
        "StorageSettings Taint TeamBudget TeamFile TeamRepository TeamSettings TeamStack Update Upstream"
    ),
    "components.gpu": "DevicePlugin EfaPlugin MigManager mig_config plugin_config",
    "components.identity": "PodIdentity managed_policy policy_document",
    "components.keys": "Keys Purpose",
    "components.nodes": (
        "ClusterAutoscaler Ground NodeGroup NodeGroups NodeRole bottlerocket_settings node_config user_data"
    ),
    "components.network": "Network",
    "components.pools": (
        "ACCELERATOR_LABEL Device EFA_RESOURCE GPU_RESOURCE GPU_TAINT Handover Hardware Load MIG_DIVIDED "
        "MIG_LABEL Need POOL_LABEL Place Pool Request Resources RootDisk Share allocatable ami_release "
        "capacity_type device_of eks_hardware_of gpu_resource hardware_of known_model kubelet_version "
        "load_time memory_share mig_layout_name mig_resource node_gbps nodes_for pools_of "
        "quota_by_resource read_gbps replicas_per_node request_of room root_disk share_of share_of_node "
        "smallest_place surge_nodes surges"
    ),
    "components.registry": "Copy Registry copies ecr_mirror",
    "components.security": (
        "Namespace PodSecurity api_token_mount api_token_volume from_anywhere from_namespaces "
        "restricted_container restricted_pod to_anywhere to_dns to_internet to_namespaces to_networks "
        "to_pod_identity"
    ),
    "components.serving": "Model Placement Serving hub_token_secret placements_of",
    "components.services": "Service image_of store_claims",
    "components.stackfile": "Problem StackFileError environment_of is_team_file load load_any",
    "components.registry.ecr": "EcrRegistry Repository newest_and_tagged",
    "components.teams": "AWS_ACCOUNT TEAM_LABEL TeamGrant Teams priority_class summary_of",
    "components.storage": "Backing Classes STORE_CLAIM Source StorageClasses claim_of classes_of drivers_of",
}


@pytest.mark.parametrize("package", PUBLIC)
def test_a_package_offers_what_it_promises(package: str) -> None:
    module = import_module(package)

    assert sorted(module.__all__) == PUBLIC[package].split()
    assert all(hasattr(module, name) for name in module.__all__)
