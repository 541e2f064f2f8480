"""`gpu-cluster:cluster`: where the platform runs."""

from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.names import NonBlank
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.section import Settings

NODE_LOCAL_DNS = "169.254.20.10"
"""Default listen address of NodeLocal DNSCache on every node.

Source: Kubernetes documentation, tasks/administer-cluster/nodelocaldns, `localdns`, 2026-11-28.
"""


def _address(given: str) -> str:
    ip_address(given)
    return given


_OCTET = r"(25[0-5]|2[0-4]\d|1?\d?\d)"
IpAddress = Annotated[
    str,
    Pattern(
        rf"({_OCTET}\.){{3}}{_OCTET}|[0-9a-f]{{0,4}}(:[0-9a-f]{{0,4}}){{2,7}}",
        f"an IP address such as {NODE_LOCAL_DNS}",
    ),
    AfterValidator(_address),
]


class LocalCluster(Settings):
    """Control plane on this machine, with simulated nodes."""

    provider: Literal["local"]
    """local: a control plane on this machine."""

    engine: Literal["model-server", "vllm-cpu"] = "model-server"
    """Server of vLLM models on real nodes; vllm-cpu is vLLM with a small model. Default: model-server."""


class ExistingCluster(Settings):
    """Existing cluster: on-premises GPU servers, k3s at the edge, another cloud."""

    provider: Literal["existing"]
    """existing: a cluster reached with a kubeconfig."""

    kubeconfig: Annotated[str, Field(min_length=1)] = "~/.kube/config"
    """Path of the kubeconfig, relative to the project. Default: ~/.kube/config."""

    context: NonBlank | None = None
    """Context of the kubeconfig. Default: its current context."""

    dns: list[IpAddress] = Field(default=[NODE_LOCAL_DNS])
    """IP addresses of NodeLocal DNSCache that pods may query. Default: [169.254.20.10]."""


ClusterSettings = Annotated[LocalCluster | ExistingCluster | EksSettings, Field(discriminator="provider")]
