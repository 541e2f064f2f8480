"""Tables with sources and dates: GPUs, instance types, offerings, prices, images, models, regions."""

from gpu_cluster.catalog.addons import ADDON_LEAST, ADDON_SOURCES, ADDON_VERSIONS, ADDONS
from gpu_cluster.catalog.amis import AL2023_RELEASES, AMI_SOURCES, ami_problem, ami_type
from gpu_cluster.catalog.capacity_blocks import (
    CAPACITY_BLOCK_SOURCES,
    CAPACITY_BLOCK_TYPES,
    ULTRASERVER_FAMILY,
)
from gpu_cluster.catalog.durations import (
    BUCKET_SHARE,
    DURATION_SOURCES,
    DURATIONS,
    LARGE_IMAGE_MINUTES,
    WEIGHTS_BYTES_PER_MINUTE,
    Duration,
    duration_of,
    engine_start_minutes,
)
from gpu_cluster.catalog.efa import EFA_SOURCES, Interface, efa_interfaces, huge_pages_bytes
from gpu_cluster.catalog.eks_images import EKS_IMAGE_SOURCES, eks_images
from gpu_cluster.catalog.gpus import GPU_SOURCES, GPUS, Gpu
from gpu_cluster.catalog.instance_prices import (
    INSTANCE_PRICE_SOURCES,
    capacity_block,
    on_demand,
    priced_regions,
    spot,
)
from gpu_cluster.catalog.instance_search import GPU_INSTANCE_ORDERS, GpuInstance, gpu_instances, grouped
from gpu_cluster.catalog.instances import INSTANCE_SOURCES, INSTANCES, KUBELET_MAX_PODS, Instance
from gpu_cluster.catalog.kubernetes_versions import KUBERNETES_SOURCES, KUBERNETES_VERSIONS, KubernetesVersion
from gpu_cluster.catalog.mig import MIG_SOURCES, Profile
from gpu_cluster.catalog.mig_layout import mig_layouts, mig_problem
from gpu_cluster.catalog.models import (
    HOPPER_TILES,
    MODEL_SOURCES,
    MODEL_TYPES_RELEASE,
    MODELS,
    RECIPES,
    CacheLayers,
    ConfigError,
    ExpertTiles,
    LanguageModel,
    Recipe,
    of_weights,
    read_config,
)
from gpu_cluster.catalog.nvidia_drivers import DRIVER_SOURCES, VLLM_DRIVER
from gpu_cluster.catalog.offerings import OFFERING_SOURCES, regions_with, zones_with
from gpu_cluster.catalog.price import LIST_PRICE_DAYS, MOVING_PRICE_DAYS, Price, PriceError
from gpu_cluster.catalog.price_tables import price_sources
from gpu_cluster.catalog.quotas import (
    QUOTA_SOURCES,
    QUOTAS,
    Quota,
    capacity_block_quota,
    on_demand_quota,
    spot_quota,
)
from gpu_cluster.catalog.regions import (
    PRICED_REGIONS,
    REGION_SOURCES,
    REGIONS,
    region_lacks,
    zone_names,
    zones_of_some_accounts,
)
from gpu_cluster.catalog.service_prices import (
    SERVICE_PRICES,
    SERVICES,
    PricedService,
    service_price,
)
from gpu_cluster.catalog.source import Source
from gpu_cluster.catalog.stateful_types import STATEFUL, Loss
from gpu_cluster.catalog.upstream_registries import UPSTREAM_SOURCES, UPSTREAMS, Upstream

__all__ = [
    "ADDONS",
    "ADDON_LEAST",
    "ADDON_SOURCES",
    "ADDON_VERSIONS",
    "AL2023_RELEASES",
    "AMI_SOURCES",
    "BUCKET_SHARE",
    "CAPACITY_BLOCK_SOURCES",
    "CAPACITY_BLOCK_TYPES",
    "DRIVER_SOURCES",
    "DURATIONS",
    "DURATION_SOURCES",
    "EFA_SOURCES",
    "EKS_IMAGE_SOURCES",
    "GPUS",
    "GPU_INSTANCE_ORDERS",
    "GPU_SOURCES",
    "HOPPER_TILES",
    "INSTANCES",
    "INSTANCE_PRICE_SOURCES",
    "INSTANCE_SOURCES",
    "KUBELET_MAX_PODS",
    "KUBERNETES_SOURCES",
    "KUBERNETES_VERSIONS",
    "LARGE_IMAGE_MINUTES",
    "LIST_PRICE_DAYS",
    "MIG_SOURCES",
    "MODELS",
    "MODEL_SOURCES",
    "MODEL_TYPES_RELEASE",
    "MOVING_PRICE_DAYS",
    "OFFERING_SOURCES",
    "PRICED_REGIONS",
    "QUOTAS",
    "QUOTA_SOURCES",
    "RECIPES",
    "REGIONS",
    "REGION_SOURCES",
    "SERVICES",
    "SERVICE_PRICES",
    "STATEFUL",
    "ULTRASERVER_FAMILY",
    "UPSTREAMS",
    "UPSTREAM_SOURCES",
    "VLLM_DRIVER",
    "WEIGHTS_BYTES_PER_MINUTE",
    "CacheLayers",
    "ConfigError",
    "Duration",
    "ExpertTiles",
    "Gpu",
    "GpuInstance",
    "Instance",
    "Interface",
    "KubernetesVersion",
    "LanguageModel",
    "Loss",
    "Price",
    "PriceError",
    "PricedService",
    "Profile",
    "Quota",
    "Recipe",
    "Source",
    "Upstream",
    "ami_problem",
    "ami_type",
    "capacity_block",
    "capacity_block_quota",
    "duration_of",
    "efa_interfaces",
    "eks_images",
    "engine_start_minutes",
    "gpu_instances",
    "grouped",
    "huge_pages_bytes",
    "mig_layouts",
    "mig_problem",
    "of_weights",
    "on_demand",
    "on_demand_quota",
    "price_sources",
    "priced_regions",
    "read_config",
    "region_lacks",
    "regions_with",
    "service_price",
    "spot",
    "spot_quota",
    "zone_names",
    "zones_of_some_accounts",
    "zones_with",
]
