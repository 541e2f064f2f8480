"""Image registries: one inside the cluster, or the ECR of an account; and the login at a mirror.

ECR itself is in `gpu_cluster.aws.ecr`.
"""

from gpu_cluster.kubernetes.registry.pull_secrets import PullSecrets, PullSecretUse, pull_secrets
from gpu_cluster.kubernetes.registry.registry import Registry

__all__ = ["PullSecretUse", "PullSecrets", "Registry", "pull_secrets"]
