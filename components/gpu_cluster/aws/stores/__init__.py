"""AWS resources behind storage classes and stores."""

from gpu_cluster.aws.stores.backups import CopyDestination
from gpu_cluster.aws.stores.stores import Stores

__all__ = ["CopyDestination", "Stores"]
