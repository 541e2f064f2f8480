"""A cluster that was there before: on this machine, or wherever a kubeconfig leads."""

import pulumi

from components.cluster import Cluster
from components.config.cluster import ExistingCluster, LocalCluster
from components.config.stack import Stack
from components.places.place import Place


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
