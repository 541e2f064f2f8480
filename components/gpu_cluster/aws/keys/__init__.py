"""What encrypts the platform's data: one key for each purpose."""

from gpu_cluster.aws.keys.key_usage import KeyUsage
from gpu_cluster.aws.keys.keys import Keys

__all__ = ["KeyUsage", "Keys"]
