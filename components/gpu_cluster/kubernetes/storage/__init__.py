"""Storage classes, and the stores that workloads mount.

What AWS makes behind them is in `gpu_cluster.aws.stores`, for the place that is on AWS alone.
"""

from gpu_cluster.kubernetes.storage.backing import Backing, Source
from gpu_cluster.kubernetes.storage.classes import Classes, StorageClasses, classes_of
from gpu_cluster.kubernetes.storage.drivers import drivers_of
from gpu_cluster.kubernetes.storage.volumes import STORE_CLAIM, claim_of

__all__ = [
    "STORE_CLAIM",
    "Backing",
    "Classes",
    "Source",
    "StorageClasses",
    "claim_of",
    "classes_of",
    "drivers_of",
]
