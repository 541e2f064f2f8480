"""Storage classes, and the stores that workloads mount.

The AWS resources behind them are in `gpu_cluster.aws.stores`.
"""

from gpu_cluster.kubernetes.storage.classes import StorageClasses, StorageClassNames, classes_of
from gpu_cluster.kubernetes.storage.csi_addons import csi_addons
from gpu_cluster.kubernetes.storage.volume_source import StorageResources, VolumeSource
from gpu_cluster.kubernetes.storage.volumes import KEPT_BY_CLAIMS, STORE_CLAIM, claim_of

__all__ = [
    "KEPT_BY_CLAIMS",
    "STORE_CLAIM",
    "StorageClassNames",
    "StorageClasses",
    "StorageResources",
    "VolumeSource",
    "claim_of",
    "classes_of",
    "csi_addons",
]
