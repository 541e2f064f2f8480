"""Where images come from: a registry inside the cluster, or the ECR of an account.

What AWS makes is in `components.registry.ecr`, for the place that is on AWS alone.
"""

from components.config.ecr import ecr_mirror
from components.registry.copies import Copy, copies
from components.registry.registry import Registry

__all__ = ["Copy", "Registry", "copies", "ecr_mirror"]
