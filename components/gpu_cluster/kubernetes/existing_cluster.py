"""A cluster that was there before: on this machine, or wherever a kubeconfig leads."""

import pulumi

from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.cluster import Cluster
from gpu_cluster.kubernetes.cluster_backend import Place


def found(
    name: str,
    _: Stack,
    opts: pulumi.ResourceOptions,
    *,
    settings: LocalCluster | ExistingCluster,
    kubeconfig: pulumi.Input[str],
) -> Place:
    """`kubeconfig` is a path."""
    cluster = Cluster(f"{name}-cluster", settings, kubeconfig=kubeconfig, opts=opts)
    return Place(kubernetes=cluster.provider)
