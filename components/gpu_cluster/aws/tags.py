"""The tags of everything that the platform makes on AWS."""

from collections.abc import Mapping

STACK_TAG = "gpu-cluster/stack"
"""Which stack a resource belongs to: what a bill is divided by, and what to look for when a stack is gone."""


TEAM_TAG = "gpu-cluster/team"
"""Which team's a resource is, such as prod/vision: an account may have that team in several environments."""

CLASS_TAG = "gpu-cluster/storage-class"
"""Of which storage class a disk is, such as prod/fast: by which its backups find it."""


def tags_of(stack: str, own: Mapping[str, str]) -> dict[str, str]:
    """tags_of("prod", {"team": "platform"})  # {"gpu-cluster/stack": "prod", "team": "platform"}"""
    return {STACK_TAG: stack, **own}


def team_tags(stack: str, team: str) -> dict[str, str]:
    """team_tags("prod", "vision")  # {"gpu-cluster/team": "prod/vision"}"""
    return {TEAM_TAG: f"{stack}/{team}"}


def class_tags(stack: str, name: str) -> dict[str, str]:
    """class_tags("prod", "fast")  # {"gpu-cluster/storage-class": "prod/fast"}"""
    return {CLASS_TAG: f"{stack}/{name}"}
