"""Data with sources and dates: GPUs, instance types and where they are, machine images, models, regions."""

from components.catalog.addons import ADDON_LEAST, ADDON_SOURCES, ADDON_VERSIONS, ADDONS
from components.catalog.amis import AL2023_RELEASES, AMI_SOURCES, ami_problem, ami_type
from components.catalog.capacity_blocks import CAPACITY_BLOCK_SOURCES, CAPACITY_BLOCK_TYPES
from components.catalog.durations import (
    DURATION_SOURCES,
    DURATIONS,
    LARGE_IMAGE_MINUTES,
    WEIGHTS_BYTES_PER_MINUTE,
    Duration,
    duration_of,
)
from components.catalog.efa import EFA_SOURCES, Interface, efa_interfaces
from components.catalog.eks_images import EKS_IMAGE_SOURCES, eks_images
from components.catalog.gpus import GPU_SOURCES, GPUS, Gpu
from components.catalog.instances import INSTANCE_SOURCES, INSTANCES, KUBELET_MAX_PODS, Instance
from components.catalog.kubernetes_versions import KUBERNETES_SOURCES, KUBERNETES_VERSIONS, KubernetesVersion
from components.catalog.mig import MIG_SOURCES, Profile
from components.catalog.mig_layout import mig_layouts, mig_problem
from components.catalog.models import MODEL_SOURCES, MODELS, LanguageModel, of_weights
from components.catalog.offerings import OFFERING_SOURCES, regions_with, zones_with
from components.catalog.regions import REGION_SOURCES, REGIONS
from components.catalog.source import Source
from components.catalog.upstreams import UPSTREAM_SOURCES, UPSTREAMS, Upstream

__all__ = [
    "ADDONS",
    "ADDON_LEAST",
    "ADDON_SOURCES",
    "ADDON_VERSIONS",
    "AL2023_RELEASES",
    "AMI_SOURCES",
    "CAPACITY_BLOCK_SOURCES",
    "CAPACITY_BLOCK_TYPES",
    "DURATIONS",
    "DURATION_SOURCES",
    "EFA_SOURCES",
    "EKS_IMAGE_SOURCES",
    "GPUS",
    "GPU_SOURCES",
    "INSTANCES",
    "INSTANCE_SOURCES",
    "KUBELET_MAX_PODS",
    "KUBERNETES_SOURCES",
    "KUBERNETES_VERSIONS",
    "LARGE_IMAGE_MINUTES",
    "MIG_SOURCES",
    "MODELS",
    "MODEL_SOURCES",
    "OFFERING_SOURCES",
    "REGIONS",
    "REGION_SOURCES",
    "UPSTREAMS",
    "UPSTREAM_SOURCES",
    "WEIGHTS_BYTES_PER_MINUTE",
    "Duration",
    "Gpu",
    "Instance",
    "Interface",
    "KubernetesVersion",
    "LanguageModel",
    "Profile",
    "Source",
    "Upstream",
    "ami_problem",
    "ami_type",
    "duration_of",
    "efa_interfaces",
    "eks_images",
    "mig_layouts",
    "mig_problem",
    "of_weights",
    "regions_with",
    "zones_with",
]
