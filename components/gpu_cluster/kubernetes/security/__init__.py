"""Namespaces, network policies and security contexts."""

from gpu_cluster.kubernetes.security.api_token import api_token_mount, api_token_volume
from gpu_cluster.kubernetes.security.namespace import Namespace, PodSecurity
from gpu_cluster.kubernetes.security.network_policy import (
    among_pods,
    from_anywhere,
    from_namespaces,
    from_pods,
    to_anywhere,
    to_api_server,
    to_dns,
    to_internet,
    to_namespaces,
    to_networks,
    to_pod_identity,
)
from gpu_cluster.kubernetes.security.pod_security import restricted_container, restricted_pod

__all__ = [
    "Namespace",
    "PodSecurity",
    "among_pods",
    "api_token_mount",
    "api_token_volume",
    "from_anywhere",
    "from_namespaces",
    "from_pods",
    "restricted_container",
    "restricted_pod",
    "to_anywhere",
    "to_api_server",
    "to_dns",
    "to_internet",
    "to_namespaces",
    "to_networks",
    "to_pod_identity",
]
