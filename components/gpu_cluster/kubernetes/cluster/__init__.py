"""The Kubernetes cluster, its provider, and how to reach it."""

from gpu_cluster.kubernetes.cluster.cluster import Cluster
from gpu_cluster.kubernetes.cluster.kubeconfig import NoKubeconfigError, kubeconfig_of, team_kubeconfig

__all__ = ["Cluster", "NoKubeconfigError", "kubeconfig_of", "team_kubeconfig"]
