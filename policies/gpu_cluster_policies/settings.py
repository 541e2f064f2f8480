"""`settings.yaml`: which stacks are production, and what stacks may use, serve, open and spend."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Annotated

from pydantic import Field, NonNegativeInt

from gpu_cluster.config.settings import Settings
from gpu_cluster_policies.file import FOLDER, load

Patterns = Annotated[tuple[str, ...], Field(min_length=1)]
"""Names, in which * stands for any part."""


class Environment(Settings):
    """What the stacks of an environment on AWS may use."""

    stacks: Patterns
    """Names of its stacks."""

    gpus: NonNegativeInt
    """GPUs that all pools of a stack may have together, at their largest."""

    instances: Patterns
    """Instance types, such as g6.*."""

    regions: Patterns
    """Regions that anything may be in, copies included."""


class PolicySettings(Settings):
    production_stacks: tuple[str, ...]
    """Stacks in which production rules stop an update; * stands for any part of a name."""

    registries: tuple[str, ...]
    """Registries, or parts of one, that every stack may use."""

    model_stores: tuple[str, ...]
    """Where models may come from: owners on the model hub such as Qwen/*, or buckets such as
    s3://models/*.
    """

    exposed_services: tuple[str, ...]
    """Services, by namespace/name, that may be reached from outside of the cluster."""

    capacity_block_days: NonNegativeInt
    """Days that a capacity block must still last."""

    environments: Mapping[str, Environment]
    """By name; a stack belongs to the first that names it."""

    def is_production(self, stack: str) -> bool:
        return _named(stack, self.production_stacks)

    def environment_of(self, stack: str) -> Environment | None:
        return next((each for each in self.environments.values() if _named(stack, each.stacks)), None)


def _named(stack: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(stack, pattern) for pattern in patterns)


@cache
def policy_settings() -> PolicySettings:
    settings, _ = load(FOLDER / "settings.yaml", PolicySettings)
    return settings
