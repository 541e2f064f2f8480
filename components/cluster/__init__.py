"""The Kubernetes cluster and its provider."""

from components.cluster.cluster import Cluster

__all__ = ["Cluster"]
