"""The Envoy Gateway controller, as its publisher's Helm charts install it."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

import pulumi
import pulumi_kubernetes as k8s

from gpu_cluster.capacity.gateway_requests import CONTROLLER_REQUESTS, CONTROLLERS, RATE_LIMITERS
from gpu_cluster.config.cluster import NODE_LOCAL_DNS
from gpu_cluster.config.telemetry import Scraper
from gpu_cluster.exemption import Exemption
from gpu_cluster.images import ENVOY_GATEWAY
from gpu_cluster.kubernetes.gateway.certificates import certificates
from gpu_cluster.kubernetes.gateway.names import METRICS_PORT, PROXIES
from gpu_cluster.kubernetes.gateway.rate_limit_service import (
    RateLimitImages,
    allowances,
    configuration,
    counters,
)
from gpu_cluster.kubernetes.scheduling import ServerNodes
from gpu_cluster.kubernetes.security import (
    Namespace,
    PodSecurity,
    from_anywhere,
    from_namespaces,
    from_pods,
    to_api_server,
    to_dns,
    to_namespaces,
)

CHARTS = "docker.io/envoyproxy"
"""Public registry of the charts `gateway-helm` and `gateway-crds-helm`."""

HTTP, HTTPS = 10080, 10443
"""Ports of Envoy for the ports 80 and 443 of a Gateway (internal/gatewayapi/helpers.go of v1.6.0)."""

_XDS = 18000


class EnvoyGateway(pulumi.ComponentResource):
    """Gateway API CRDs and the Envoy Gateway controller, in its own namespace.

    EnvoyGateway("platform-envoy", image=ENVOY_GATEWAY.at(mirror), charts=charts_below(CHARTS, mirror), …)
    """

    namespace: Namespace

    EXEMPT: ClassVar = (
        Exemption(
            "91-objects-seen",
            "kubernetes:helm.sh/v4:Chart",
            "Envoy Gateway is published as Helm charts only; each release is read before it is raised.",
        ),
        Exemption(
            "67-no-dangerous-permissions",
            "Role",
            "The Job writes the certificates by which the controller and its proxies know each other.",
        ),
        Exemption(
            "60-digest-pinned",
            "Job",
            "No public list has the digest of Envoy Gateway's image; a mirror of one's own can pin it.",
        ),
    )

    def __init__(
        self,
        name: str,
        *,
        image: str,
        charts: str,
        proxies: int,
        models: Mapping[str, Collection[int]],
        nodes: ServerNodes | None = None,
        limits: RateLimitImages | None = None,
        backends: bool = False,
        api_installed: bool = False,
        pull_secret: str | None = None,
        resolvers: Collection[str] = (NODE_LOCAL_DNS,),
        scraper: Scraper | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`proxies`: replicas of Envoy; `models`: ports by namespace that Envoy calls, every port without;
        `nodes`: those for the controller; `limits`: images of the rate limit service, if tokens are
        counted; `backends`: policies may name Backends; `api_installed`: the cluster has the kinds of the
        Gateway API; `pull_secret`: Secret of the namespace with a login at the mirror; `resolvers`:
        addresses of NodeLocal DNSCache; `scraper`: pods that read the metrics of controller and proxies."""
        super().__init__("gpu-cluster:index:EnvoyGateway", name, None, opts)
        kinds = k8s.helm.v4.Chart(
            f"{name}-kinds",
            chart=f"{charts}/gateway-crds-helm",
            version=ENVOY_GATEWAY.tag,
            namespace=PROXIES,
            values={
                "crds": {
                    "gatewayAPI": {"enabled": not api_installed, "channel": "standard"},
                    "envoyGateway": {"enabled": True},
                }
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.namespace = Namespace(
            name,
            PROXIES,
            PodSecurity.RESTRICTED,
            quota={
                # An update starts a pod before it ends another; the Job is a pod too.
                "pods": str(CONTROLLERS + 1 + 2 * proxies + 1 + (2 * RATE_LIMITERS + 1 if limits else 0)),
                "services.loadbalancers": "1",
                "services.nodeports": "1",
            },
            allowances={
                "dns": to_dns(resolvers),
                "own": from_namespaces({PROXIES}, _XDS),
                "controller": to_namespaces({PROXIES}, _XDS),
                **{f"callers-{port}": from_anywhere(port) for port in (HTTP, HTTPS)},
                **to_api_server(),
                **(
                    {"metrics": from_pods(scraper.namespace, scraper.labels, METRICS_PORT)} if scraper else {}
                ),
                **{f"models-{key}": to_namespaces({key}, *ports) for key, ports in models.items()},
                **(allowances() if limits else {}),
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        child = pulumi.ResourceOptions(parent=self, depends_on=[self.namespace])
        nodes = nodes or ServerNodes()
        made = certificates(name, PROXIES, image=image, nodes=nodes, opts=child)
        values = _values(image, nodes, pull_secret)
        if limits:
            counters(name, limits.counters, nodes, opts=child)
        settings = {
            **(configuration(limits, nodes, pull_secret) if limits else {}),
            **({"extensionApis": {"enableBackend": True}} if backends else {}),
        }
        if settings:
            values["config"] = {"envoyGateway": settings}
        k8s.helm.v4.Chart(
            f"{name}-chart",
            chart=f"{charts}/gateway-helm",
            # The name of the release: certgen and RBAC of the chart are named by it.
            name="envoy-gateway",
            version=ENVOY_GATEWAY.tag,
            namespace=PROXIES,
            skip_crds=True,
            values=values,
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[kinds, made])),
        )
        self.register_outputs({})


def _values(image: str, nodes: ServerNodes, pull_secret: str | None) -> dict[str, Any]:
    """Values of the chart, without the webhook for zones of proxies: no route depends on zones."""
    return {
        "global": {
            "images": {"envoyGateway": {"image": image, "pullPolicy": "IfNotPresent"}},
            **({"imagePullSecrets": [{"name": pull_secret}]} if pull_secret else {}),
        },
        "deployment": {
            "replicas": CONTROLLERS,
            **({"pod": nodes.as_values} if nodes.as_values else {}),
            "envoyGateway": {
                "resources": {
                    "requests": dict(CONTROLLER_REQUESTS),
                    "limits": {"memory": "1024Mi"},
                }
            },
        },
        "podDisruptionBudget": {"minAvailable": 1},
        "topologyInjector": {"enabled": False},
    }
