"""Small stacks for tests of pools."""

from typing import Any

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.stack import Stack


def pool_of(*, provider: str = "local", **settings: Any) -> Pool:
    """The pool `p` of a stack with these settings and two nodes by default."""
    stack = {"cluster": {"provider": provider}, "pools": {"p": {"nodes": 2} | settings}}
    return pools_of(Stack.model_validate(stack))["p"]


def model_on(pool: str = "p", **settings: Any) -> ModelSettings:
    return ModelSettings.model_validate(
        {"model": "org/model", "pool": pool, "replicas": 1, "cache": {"size": "40Gi"}} | settings
    )
