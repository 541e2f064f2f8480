"""Which place a stack file means."""

from functools import partial
from pathlib import Path

from components.cluster import kubeconfig_of
from components.config.eks import EksSettings
from components.config.stack import Stack
from components.places.found import found
from components.places.place import Build


def place_of(stack: Stack, project: Path) -> Build:
    """How the place of a stack is made; `NoKubeconfigError` where a cluster should be and is not.

    `project` is the folder that paths in the stack file start from.
    """
    if not isinstance(stack.cluster, EksSettings):
        return partial(found, settings=stack.cluster, kubeconfig=kubeconfig_of(stack.cluster, project))
    if stack.network is None or stack.region is None:
        raise ValueError("provider eks needs gpu-cluster:network and aws:region")
    from components.places.eks import eks  # loads the SDK of AWS: a third of a second, for this place alone

    return partial(eks, settings=stack.cluster, network=stack.network, region=stack.region)
