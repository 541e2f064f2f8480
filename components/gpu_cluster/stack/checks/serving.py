"""Serving namespace: name, hub token and clients."""

from collections.abc import Iterator

from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.namespaces import taken
from gpu_cluster.stack.diagnostic import Diagnostic


def serving(stack: Stack) -> Iterator[Diagnostic]:
    settings = stack.serving
    if problem := taken(settings.namespace):
        yield Diagnostic(("serving", "namespace"), problem)
    if settings.namespace in settings.clients:
        yield Diagnostic(
            ("serving", "clients"),
            f"{settings.namespace} is the namespace of the models, which always has access",
        )
    if settings.hub_token and isinstance(stack.cluster, LocalCluster):
        yield Diagnostic(("serving", "hubToken"), "not with provider local, which downloads nothing")
