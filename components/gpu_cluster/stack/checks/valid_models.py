"""Models of a stack that have no other error."""

from collections.abc import Iterator

from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.diagnostic import Keys


def valid_models(stack: Stack, broken: frozenset[Keys]) -> Iterator[tuple[Keys, ModelSettings]]:
    """Models with their keys, without those that have an invalid key: it may decide the check."""
    broken_models = {keys[:3] for keys in broken}
    for name, model in stack.serving.models.items():
        keys: Keys = ("serving", "models", name)
        if keys not in broken_models:
            yield keys, model
