"""KMS keys of the platform's data: one for each usage."""

from gpu_cluster.aws.keys.key_usage import KeyUsage
from gpu_cluster.aws.keys.keys import Keys

__all__ = ["KeyUsage", "Keys"]
