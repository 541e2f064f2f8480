"""Namespaces that are someone's already."""

_OF_THE_PLATFORM = {"cluster-autoscaler", "gpu-system", "registry"}


def taken(namespace: str) -> str | None:
    """Why a namespace of this name cannot be made, if it cannot."""
    if namespace in _OF_THE_PLATFORM:
        return f"the platform has a namespace {namespace} of its own; choose another"
    if namespace == "default" or namespace.startswith("kube-"):
        return f"namespace {namespace} belongs to Kubernetes; choose another"
    return None
