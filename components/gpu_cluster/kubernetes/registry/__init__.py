"""Image registries: one inside the cluster, or the ECR of an account.

What AWS makes is in `gpu_cluster.aws.ecr`, for the place that is on AWS alone.
"""

from gpu_cluster.kubernetes.registry.registry import Registry

__all__ = ["Registry"]
