"""Reserved namespaces."""

import re

OF_THE_PLATFORM = (
    "cluster-autoscaler",
    "envoy-gateway-system",
    "gateway-system",
    "gpu-repair",
    "gpu-system",
    "logs",
    "logs-nodes",
    "lws-system",
    "on-call",
    "registry",
    "telemetry",
    "telemetry-nodes",
)
"""Namespaces that the platform creates, beside those of models and teams."""

_OF_KUBERNETES = r"default|kube-.*"

TAKEN = f"^({_OF_KUBERNETES}|{'|'.join(OF_THE_PLATFORM)})$"
"""Pattern of reserved namespaces."""


def taken(namespace: str) -> str | None:
    """Reason why a namespace name is not allowed, or None."""
    if namespace in OF_THE_PLATFORM:
        return f"namespace {namespace} is reserved for the platform; choose another"
    if re.fullmatch(_OF_KUBERNETES, namespace):
        return f"namespace {namespace} is reserved for Kubernetes; choose another"
    return None
