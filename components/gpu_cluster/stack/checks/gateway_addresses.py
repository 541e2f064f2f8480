"""Gateway: the load balancers that a cluster with IPv6 addresses can have."""

from collections.abc import Iterator

from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.gateway import GatewaySettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.diagnostic import Diagnostic


def gateway_addresses(stack: Stack, settings: GatewaySettings) -> Iterator[Diagnostic]:
    """Pods with IPv6 addresses are behind load balancers of IP targets, which EKS itself does not create.

    Elastic Load Balancing user guide, Target groups for your Network Load Balancers: IPv6 target groups
    support only IP targets; Kubernetes' AWS cloud provider registers instances; 2026-11-30.
    """
    if (
        isinstance(stack.cluster, EksSettings)
        and stack.cluster.ip_family == "ipv6"
        and settings.class_name is None
    ):
        message = "the platform's gateway has no load balancer on a cluster with ipFamily: ipv6"
        yield Diagnostic(("gateway",), f"{message}; expected class, a GatewayClass that the cluster has")
