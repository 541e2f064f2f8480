"""Service of a gateway, with the annotations for load balancers of clouds."""

from collections.abc import Mapping
from typing import Any

from gpu_cluster.config.cluster import ClusterSettings, LocalCluster
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.gateway import GatewaySettings

_NLB = "service.beta.kubernetes.io/aws-load-balancer"

PRIVATE_RANGES = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
"""Addresses that no one on the internet has: RFC 1918 and RFC 6598."""


def service_of(settings: GatewaySettings, cluster: ClusterSettings) -> dict[str, Any]:
    """Service of the proxies; with provider local a ClusterIP, since there is no load balancer."""
    if isinstance(cluster, LocalCluster):
        return {"type": "ClusterIP"}
    return {
        "type": "LoadBalancer",
        "annotations": annotations_of(settings, cluster),
        "loadBalancerSourceRanges": list(settings.source_ranges or PRIVATE_RANGES),
    }


def annotations_of(settings: GatewaySettings, cluster: ClusterSettings) -> dict[str, str]:
    """A Network Load Balancer on AWS; for an unknown cloud, the annotations of all clouds for an internal
    one."""
    return {**_scheme(settings, on_eks=isinstance(cluster, EksSettings)), **settings.annotations}


def with_tags(settings: GatewaySettings, tags: Mapping[str, str]) -> GatewaySettings:
    """Settings with tags of the load balancer in AWS, as an annotation, which separates them by commas.

    Both controllers read it: kubernetes/cloud-provider-aws, docs/service_controller;
    kubernetes-sigs/aws-load-balancer-controller, guide/service/annotations; 2026-11-30.
    """
    given = [f"{key}={value}" for key, value in tags.items() if not set(key + value) & set(",=")]
    annotations = {f"{_NLB}-additional-resource-tags": ",".join(given), **settings.annotations}
    return settings.model_copy(update={"annotations": annotations})


def certificate_of(settings: GatewaySettings) -> dict[str, str]:
    """Annotations of a certificate with which the load balancer itself terminates TLS."""
    arn = settings.tls.certificate if settings.tls else None
    return {f"{_NLB}-ssl-cert": arn, f"{_NLB}-ssl-ports": "443"} if arn else {}


def _scheme(settings: GatewaySettings, *, on_eks: bool) -> dict[str, str]:
    """AWS: by the cluster's own controller, and by the AWS load balancer controller where there is one.

    Kubernetes documentation, Internal load balancer; kubernetes-sigs/aws-load-balancer-controller,
    guide/service/annotations; 2026-11-30.
    """
    if settings.internet:
        return {f"{_NLB}-type": "nlb", f"{_NLB}-scheme": "internet-facing"} if on_eks else {}
    aws = {f"{_NLB}-type": "nlb", f"{_NLB}-scheme": "internal", f"{_NLB}-internal": "true"}
    if on_eks:
        return aws
    return {
        **aws,
        "networking.gke.io/load-balancer-type": "Internal",
        "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
    }
