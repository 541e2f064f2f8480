"""Namespaces that are someone's already."""

import re

_OF_THE_PLATFORM = (
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
_OF_KUBERNETES = r"default|kube-.*"

TAKEN = f"^({_OF_KUBERNETES}|{'|'.join(_OF_THE_PLATFORM)})$"
"""All of them, as a pattern."""


def taken(namespace: str) -> str | None:
    """Why a namespace of this name cannot be made, if it cannot."""
    if namespace in _OF_THE_PLATFORM:
        return f"the platform has a namespace {namespace} of its own; choose another"
    if re.fullmatch(_OF_KUBERNETES, namespace):
        return f"namespace {namespace} belongs to Kubernetes; choose another"
    return None
