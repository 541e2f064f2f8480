"""The serving namespace: its name, its secret and who may call."""

from collections.abc import Iterator

from components.config.cluster import LocalCluster
from components.config.stack import Stack
from components.stackfile.problem import Finding

_PLATFORM_NAMESPACES = {"gpu-system", "registry"}


def serving(stack: Stack) -> Iterator[Finding]:
    settings = stack.serving
    if settings.namespace in _PLATFORM_NAMESPACES:
        message = f"the platform has a namespace {settings.namespace} of its own; choose another"
        yield Finding(("serving", "namespace"), message)
    elif settings.namespace == "default" or settings.namespace.startswith("kube-"):
        message = f"namespace {settings.namespace} belongs to Kubernetes; choose another"
        yield Finding(("serving", "namespace"), message)
    if settings.namespace in settings.clients:
        yield Finding(
            ("serving", "clients"),
            f"{settings.namespace} is the models' own namespace, which may call anyway",
        )
    if settings.hub_token and isinstance(stack.cluster, LocalCluster):
        yield Finding(
            ("serving", "hubToken"), "only with provider existing; with local nothing is downloaded"
        )
