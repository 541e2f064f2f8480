"""The registry of an AWS account: repositories, and caches of public registries."""

from components.registry.ecr.expiry import newest_and_tagged
from components.registry.ecr.registry import EcrRegistry
from components.registry.ecr.repository import Repository

__all__ = ["EcrRegistry", "Repository", "newest_and_tagged"]
