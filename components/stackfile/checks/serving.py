"""The serving namespace: its name, its secret and who may call."""

from collections.abc import Iterator

from components.config.cluster import LocalCluster
from components.config.stack import Stack
from components.stackfile.problem import Mistake

_PLATFORM_NAMESPACES = {"cluster-autoscaler", "gpu-system", "registry"}


def serving(stack: Stack) -> Iterator[Mistake]:
    settings = stack.serving
    if settings.namespace in _PLATFORM_NAMESPACES:
        message = f"the platform has a namespace {settings.namespace} of its own; choose another"
        yield Mistake(("serving", "namespace"), message)
    elif settings.namespace == "default" or settings.namespace.startswith("kube-"):
        message = f"namespace {settings.namespace} belongs to Kubernetes; choose another"
        yield Mistake(("serving", "namespace"), message)
    if settings.namespace in settings.clients:
        yield Mistake(
            ("serving", "clients"),
            f"{settings.namespace} is the models' own namespace, which may call anyway",
        )
    if settings.hub_token and isinstance(stack.cluster, LocalCluster):
        yield Mistake(
            ("serving", "hubToken"), "only with provider existing; with local nothing is downloaded"
        )
