"""What encrypts the platform's data: one key for each purpose."""

from gpu_cluster.aws.keys.keys import Keys
from gpu_cluster.aws.keys.purpose import Purpose

__all__ = ["Keys", "Purpose"]
