"""Data with sources and dates: GPUs, their MIG profiles, instance types, language models and AWS regions."""

from components.catalog.addons import ADDON_SOURCES, ADDON_VERSIONS, ADDONS
from components.catalog.gpus import GPU_SOURCES, GPUS, Gpu
from components.catalog.instances import INSTANCE_SOURCES, INSTANCES, KUBELET_MAX_PODS, Instance
from components.catalog.kubernetes_versions import KUBERNETES_SOURCES, KUBERNETES_VERSIONS, KubernetesVersion
from components.catalog.mig import MIG_SOURCES, Profile
from components.catalog.mig_layout import mig_problem
from components.catalog.models import MODEL_SOURCES, MODELS, LanguageModel, of_weights
from components.catalog.regions import REGION_SOURCES, REGIONS
from components.catalog.source import Source

__all__ = [
    "ADDONS",
    "ADDON_SOURCES",
    "ADDON_VERSIONS",
    "GPUS",
    "GPU_SOURCES",
    "INSTANCES",
    "INSTANCE_SOURCES",
    "KUBELET_MAX_PODS",
    "KUBERNETES_SOURCES",
    "KUBERNETES_VERSIONS",
    "MIG_SOURCES",
    "MODELS",
    "MODEL_SOURCES",
    "REGIONS",
    "REGION_SOURCES",
    "Gpu",
    "Instance",
    "KubernetesVersion",
    "LanguageModel",
    "Profile",
    "Source",
    "mig_problem",
    "of_weights",
]
