"""Small stacks for the tests of pools."""

from typing import Any

from components.config.serving import ModelSettings
from components.config.stack import Stack
from components.pools import Pool, pools_of


def pool_of(*, provider: str = "local", **settings: Any) -> Pool:
    """The pool `p` of a stack with these settings, by default of two nodes."""
    stack = {"cluster": {"provider": provider}, "pools": {"p": {"nodes": 2} | settings}}
    return pools_of(Stack.model_validate(stack))["p"]


def model_on(pool: str = "p", **settings: Any) -> ModelSettings:
    return ModelSettings.model_validate(
        {"model": "org/model", "pool": pool, "replicas": 1, "cache": {"size": "40Gi"}} | settings
    )
