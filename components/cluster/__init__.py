"""The Kubernetes cluster, its provider, and how to reach it."""

from components.cluster.cluster import Cluster
from components.cluster.kubeconfig import LOCAL_TEAMS, NoKubeconfigError, kubeconfig_of, team_kubeconfig

__all__ = ["LOCAL_TEAMS", "Cluster", "NoKubeconfigError", "kubeconfig_of", "team_kubeconfig"]
