"""`gpu-cluster:cluster`: where the platform runs."""

from typing import Annotated, Literal

from pydantic import Field

from components.config.settings import Settings


class LocalCluster(Settings):
    """The embedded control plane on this machine, with simulated nodes."""

    provider: Literal["local"]


class ExistingCluster(Settings):
    """A cluster that already runs: on-prem GPU servers, k3s at the edge, another cloud."""

    provider: Literal["existing"]

    kubeconfig: str = "~/.kube/config"
    """Path of the kubeconfig, relative to the project. Default: ~/.kube/config."""

    context: str | None = None
    """Context within the kubeconfig. Default: its current context."""


ClusterSettings = Annotated[LocalCluster | ExistingCluster, Field(discriminator="provider")]
