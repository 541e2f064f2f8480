"""Storage classes, and the stores that workloads mount.

What AWS makes behind them is in `components.storage.stores`, for the place that is on AWS alone.
"""

from components.storage.backing import Backing, Source
from components.storage.classes import Classes, StorageClasses, classes_of
from components.storage.drivers import drivers_of
from components.storage.volumes import STORE_CLAIM, claim_of

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
