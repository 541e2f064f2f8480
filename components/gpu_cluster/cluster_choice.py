"""The cluster backend of a stack, by its provider."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.cluster import kubeconfig_of
from gpu_cluster.kubernetes.cluster_backend import BackendFactory
from gpu_cluster.kubernetes.existing_cluster import existing_cluster


def backend_for(
    stack: Stack,
    project: Path,
    kubeconfig: Callable[[LocalCluster | ExistingCluster, Path], str] = kubeconfig_of,
) -> BackendFactory:
    """Factory of a stack's cluster backend; `NoKubeconfigError` if an existing cluster has no kubeconfig.

    `project` is the folder that paths in the stack file are relative to. `kubeconfig` returns the path of a
    kubeconfig; a plan, which connects to no cluster, passes its own.
    """
    if not isinstance(stack.cluster, EksSettings):
        return partial(
            existing_cluster, settings=stack.cluster, kubeconfig=kubeconfig(stack.cluster, project)
        )
    if stack.network is None or stack.region is None:
        raise ValueError("provider eks needs gpu-cluster:network and aws:region")
    from gpu_cluster.aws.environment import (
        eks_backend,  # loads the SDK of AWS: a third of a second, for eks alone
    )

    return partial(eks_backend, settings=stack.cluster, network=stack.network, region=stack.region)
