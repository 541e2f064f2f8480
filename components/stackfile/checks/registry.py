"""The registry: in the cluster only where nothing else could hold images."""

from collections.abc import Iterator

from components.config.cluster import ExistingCluster
from components.config.stack import Stack
from components.stackfile.checks.storage import unknown_class
from components.stackfile.problem import Keys, Mistake


def registry(stack: Stack, broken: frozenset[Keys]) -> Iterator[Mistake]:
    settings = stack.registry.in_cluster
    if not settings:
        return
    keys: Keys = ("registry", "inCluster")
    if isinstance(stack.cluster, ExistingCluster):
        yield Mistake(keys, "only with provider local; an existing cluster pulls from its site's registry")
    if problem := unknown_class(settings.storage_class, stack, broken):
        yield Mistake((*keys, "storageClass"), problem)
