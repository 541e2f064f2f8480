"""The registry of an AWS account: repositories, and caches of public registries."""

from components.registry.ecr.registry import EcrRegistry

__all__ = ["EcrRegistry"]
