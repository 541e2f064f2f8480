"""Existing cluster: the local one, or one reached with a kubeconfig."""

import pulumi

from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.cluster import Cluster
from gpu_cluster.kubernetes.cluster_backend import ClusterBackend


def existing_cluster(
    name: str,
    _: Stack,
    opts: pulumi.ResourceOptions,
    *,
    settings: LocalCluster | ExistingCluster,
    kubeconfig: pulumi.Input[str],
) -> ClusterBackend:
    """`kubeconfig` is a path."""
    cluster = Cluster(f"{name}-cluster", settings, kubeconfig=kubeconfig, opts=opts)
    return ClusterBackend(kubernetes=cluster.provider)
