"""Which place a stack file means."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.cluster import kubeconfig_of
from gpu_cluster.kubernetes.cluster_backend import Build
from gpu_cluster.kubernetes.existing_cluster import existing_cluster


def backend_for(
    stack: Stack,
    project: Path,
    kubeconfig: Callable[[LocalCluster | ExistingCluster, Path], str] = kubeconfig_of,
) -> Build:
    """How the place of a stack is made; `NoKubeconfigError` where a cluster should be and is not.

    `project` is the folder that paths in the stack file start from. `kubeconfig` says how to reach a cluster
    that is there before; a plan, which reaches none, has its own answer.
    """
    if not isinstance(stack.cluster, EksSettings):
        return partial(
            existing_cluster, settings=stack.cluster, kubeconfig=kubeconfig(stack.cluster, project)
        )
    if stack.network is None or stack.region is None:
        raise ValueError("provider eks needs gpu-cluster:network and aws:region")
    from gpu_cluster.aws.environment import (
        eks_backend,  # loads the SDK of AWS: a third of a second, for this place alone
    )

    return partial(eks_backend, settings=stack.cluster, network=stack.network, region=stack.region)
