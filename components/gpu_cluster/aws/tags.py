"""Tags of all AWS resources of the platform."""

from collections.abc import Mapping

STACK_TAG = "gpu-cluster/stack"
"""Tag with the stack of a resource, for cost allocation and to find leftovers of a deleted stack."""


TEAM_TAG = "gpu-cluster/team"
"""Tag with environment and team, such as prod/vision, because an account may have several environments."""

CLASS_TAG = "gpu-cluster/storage-class"
"""Tag with environment and storage class, such as prod/fast, for the selection of backups."""


def tags_of(stack: str, own: Mapping[str, str]) -> dict[str, str]:
    """tags_of("prod", {"team": "platform"})  # {"gpu-cluster/stack": "prod", "team": "platform"}"""
    return {STACK_TAG: stack, **own}


def team_tags(stack: str, team: str) -> dict[str, str]:
    """team_tags("prod", "vision")  # {"gpu-cluster/team": "prod/vision"}"""
    return {TEAM_TAG: f"{stack}/{team}"}


def class_tags(stack: str, name: str) -> dict[str, str]:
    """class_tags("prod", "fast")  # {"gpu-cluster/storage-class": "prod/fast"}"""
    return {CLASS_TAG: f"{stack}/{name}"}
