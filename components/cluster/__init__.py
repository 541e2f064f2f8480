"""The Kubernetes cluster, its provider, and how to reach it."""

from components.cluster.cluster import Cluster
from components.cluster.kubeconfig import NoKubeconfigError, kubeconfig_of, team_kubeconfig

__all__ = ["Cluster", "NoKubeconfigError", "kubeconfig_of", "team_kubeconfig"]
