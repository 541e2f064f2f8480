"""The tags of everything that the platform makes on AWS."""

from collections.abc import Mapping

STACK_TAG = "gpu-cluster/stack"
"""Which stack a resource belongs to: what a bill is divided by, and what to look for when a stack is gone."""


def tags_of(stack: str, own: Mapping[str, str]) -> dict[str, str]:
    """tags_of("prod", {"team": "platform"})  # {"gpu-cluster/stack": "prod", "team": "platform"}"""
    return {STACK_TAG: stack, **own}
