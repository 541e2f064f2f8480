"""`policies/settings.yaml` of a project: what its stacks may use, serve, open and spend."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, NonNegativeInt

from gpu_cluster.config.section import Settings
from gpu_cluster_policies.policy_file import FOLDER, load

Patterns = Annotated[tuple[str, ...], Field(min_length=1)]
"""Names with * as wildcard."""


class Environment(Settings):
    """Limits of the stacks of an environment on AWS."""

    stacks: Patterns
    """Names of its stacks."""

    gpus: NonNegativeInt
    """GPUs that all pools of a stack may have together, at their largest."""

    instances: Patterns
    """Instance types, such as g6.*."""

    regions: Patterns
    """Regions that anything may be in, copies included."""


class PolicySettings(Settings):
    """Every key has a default, so that a project without the file can be checked."""

    production_stacks: tuple[str, ...] = ("prod", "prod-*", "*-prod", "production", "production-*")
    """Names of production stacks, with * as wildcard. A stack file sets it by gpu-cluster:production."""

    registries: tuple[str, ...] = (
        "nvcr.io/nvidia",
        "docker.io/library",
        "docker.io/vllm",
        "quay.io/prometheus",
        "registry.k8s.io/kube-state-metrics",
        "registry.k8s.io/node-problem-detector",
        "registry.k8s.io/prometheus-adapter",
    )
    """Registries, or parts of one, that every stack may use. Default: those of the platform's own images."""

    model_stores: tuple[str, ...] = ()
    """Allowed sources of models: owners on the model hub such as Qwen/*, or buckets such as s3://models/*."""

    exposed_services: tuple[str, ...] = ()
    """Services, by namespace/name, that may be reached from outside the cluster."""

    capacity_block_days: Annotated[NonNegativeInt, Field(le=3650)] = 14
    """Days that a capacity block must still last."""

    environments: Mapping[str, Environment] = Field(default={})
    """Environments by name; a stack belongs to the first that lists it."""

    def names_production(self, stack: str) -> bool:
        """True if the name of the stack is one of a production stack."""
        return _named(stack, self.production_stacks)

    def environment_of(self, stack: str) -> Environment | None:
        return next((each for each in self.environments.values() if _named(stack, each.stacks)), None)


def _named(stack: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(stack, pattern) for pattern in patterns)


@cache
def policy_settings(project: Path | None) -> PolicySettings:
    """Settings of a project; the defaults without a project or a settings file.

    `PolicyFileError` with every error of the file.
    """
    file = project / FOLDER / "settings.yaml" if project else None
    if file is None or not file.is_file():
        return PolicySettings()
    settings, _ = load(file, PolicySettings)
    return settings
