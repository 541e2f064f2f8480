"""Namespaces, network policies and security contexts."""

from components.security.namespace import Namespace, PodSecurity
from components.security.restricted import restricted_container, restricted_pod
from components.security.traffic import from_anywhere, from_namespaces, to_dns, to_internet

__all__ = [
    "Namespace",
    "PodSecurity",
    "from_anywhere",
    "from_namespaces",
    "restricted_container",
    "restricted_pod",
    "to_dns",
    "to_internet",
]
