"""The registry of an AWS account: repositories, and caches of public registries."""

from gpu_cluster.aws.ecr.lifecycle_policy import keep_newest_and_tagged
from gpu_cluster.aws.ecr.registry import EcrRegistry
from gpu_cluster.aws.ecr.repository import Repository

__all__ = ["EcrRegistry", "Repository", "keep_newest_and_tagged"]
