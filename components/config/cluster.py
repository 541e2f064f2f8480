"""`gpu-cluster:cluster`: where the platform runs."""

from typing import Annotated, Literal

from pydantic import Field

from components.config.eks import EksSettings
from components.config.names import Word
from components.config.settings import Settings


class LocalCluster(Settings):
    """The embedded control plane on this machine, with simulated nodes."""

    provider: Literal["local"]
    """local: a control plane on this machine."""


class ExistingCluster(Settings):
    """A cluster that already runs: on-prem GPU servers, k3s at the edge, another cloud."""

    provider: Literal["existing"]
    """existing: any cluster that a kubeconfig leads to."""

    kubeconfig: Annotated[str, Field(min_length=1)] = "~/.kube/config"
    """Path of the kubeconfig, relative to the project. Default: ~/.kube/config."""

    context: Word | None = None
    """Context within the kubeconfig. Default: its current context."""


ClusterSettings = Annotated[LocalCluster | ExistingCluster | EksSettings, Field(discriminator="provider")]
