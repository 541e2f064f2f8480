"""A Gateway of the Gateway API: its class, its listener and its certificate, in a namespace of its own."""

from collections.abc import Collection
from typing import Any, ClassVar

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from gpu_cluster.capacity.gateway_requests import PROXY_REQUESTS
from gpu_cluster.config.cluster import ClusterSettings
from gpu_cluster.config.gateway import GatewaySettings
from gpu_cluster.exemption import Exemption
from gpu_cluster.kubernetes.gateway.load_balancer import annotations_of, certificate_of, service_of
from gpu_cluster.kubernetes.gateway.names import API, CLASS, CONTROLLER, ENVOY, GATEWAY, LISTENER, NAMESPACE
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.scheduling import ServerNodes
from gpu_cluster.kubernetes.security import Namespace, PodSecurity

_TLS_SECRET = "gateway-tls"  # noqa: S105
_DRAIN = "300s"
"""Time that running answers get to finish when a replica of Envoy stops."""


class Gateway(pulumi.ComponentResource):
    """Gateway with one listener; only routes of the given namespaces can attach to it.

    Gateway("platform-gateway", settings, image=ENVOY.at(mirror), namespaces={"serving"}, cluster=cluster)
    """

    namespace: Namespace

    EXEMPT: ClassVar = (
        Exemption(
            "60-digest-pinned",
            "EnvoyProxy",
            "No public list has the digest of Envoy's image; a mirror of one's own can pin it.",
        ),
    )

    def __init__(
        self,
        name: str,
        settings: GatewaySettings,
        *,
        image: str,
        namespaces: Collection[str],
        cluster: ClusterSettings,
        nodes: ServerNodes | None = None,
        pull_secret: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`image`: image of Envoy, if the platform installs its controller; `nodes`: nodes of the proxies;
        `pull_secret`: Secret in the proxies' namespace with the login for the mirror."""
        super().__init__("gpu-cluster:index:Gateway", name, None, opts)
        self.namespace = Namespace(
            name,
            NAMESPACE,
            PodSecurity.RESTRICTED,
            quota={"pods": "0", "services.loadbalancers": "0", "services.nodeports": "0"}
            if settings.has_policies or settings.proxies
            else {"services.loadbalancers": "1"},
            opts=pulumi.ResourceOptions(parent=self),
        )
        child = pulumi.ResourceOptions(parent=self, depends_on=[self.namespace])
        needs: list[pulumi.Resource] = []
        if settings.is_installed:
            needs.append(
                CustomResource(
                    f"{name}-class",
                    api_version=API,
                    kind="GatewayClass",
                    metadata=metadata(CLASS),
                    spec={"controllerName": CONTROLLER},
                    opts=child,
                )
            )
        if settings.has_policies:
            needs.append(
                CustomResource(
                    f"{name}-proxy",
                    api_version=ENVOY,
                    kind="EnvoyProxy",
                    metadata=metadata(GATEWAY, NAMESPACE),
                    spec=_proxy(
                        settings,
                        image if settings.is_installed else None,
                        pull_secret if settings.is_installed else None,
                        nodes=nodes or ServerNodes(),
                        cluster=cluster,
                    ),
                    opts=child,
                )
            )
        if settings.tls and settings.tls.issuer:
            needs.append(
                CustomResource(
                    f"{name}-certificate",
                    api_version="cert-manager.io/v1",
                    kind="Certificate",
                    metadata=metadata(_TLS_SECRET, NAMESPACE),
                    spec={
                        "secretName": _TLS_SECRET,
                        "dnsNames": [settings.host],
                        "issuerRef": {
                            "group": "cert-manager.io",
                            "kind": "ClusterIssuer",
                            "name": settings.tls.issuer,
                        },
                    },
                    opts=child,
                )
            )
        CustomResource(
            f"{name}-gateway",
            api_version=API,
            kind="Gateway",
            metadata=metadata(GATEWAY, NAMESPACE),
            spec={
                "gatewayClassName": settings.class_name or CLASS,
                "infrastructure": _infrastructure(settings, cluster),
                "listeners": [_listener(settings, namespaces)],
            },
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=needs)),
        )
        self.register_outputs({})


def _infrastructure(settings: GatewaySettings, cluster: ClusterSettings) -> dict[str, Any]:
    """Annotations that the class adds to its objects, and the parameters of Envoy Gateway."""
    if not settings.has_policies:
        return {"annotations": {**annotations_of(settings, cluster), **certificate_of(settings)}}
    reference = {"group": ENVOY.partition("/")[0], "kind": "EnvoyProxy", "name": GATEWAY}
    certificate = certificate_of(settings)
    return {"parametersRef": reference} | ({"annotations": certificate} if certificate else {})


def _listener(settings: GatewaySettings, namespaces: Collection[str]) -> dict[str, Any]:
    selected = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": sorted(namespaces)}
    routes = {
        "namespaces": {"from": "Selector", "selector": {"matchExpressions": [selected]}},
        "kinds": [{"kind": "HTTPRoute"}],
    }
    common = {"name": LISTENER, "hostname": settings.host, "allowedRoutes": routes}
    if settings.tls is None:
        return {**common, "port": 80, "protocol": "HTTP"}
    if settings.tls.certificate:
        return {**common, "port": 443, "protocol": "HTTP"}
    secret = {"kind": "Secret", "name": settings.tls.secret or _TLS_SECRET}
    tls = {"mode": "Terminate", "certificateRefs": [secret]}
    return {**common, "port": 443, "protocol": "HTTPS", "tls": tls}


def _proxy(
    settings: GatewaySettings,
    image: str | None,
    pull_secret: str | None,
    *,
    nodes: ServerNodes,
    cluster: ClusterSettings,
) -> dict[str, Any]:
    container = {
        **({"image": image} if image else {}),
        "resources": {"requests": dict(PROXY_REQUESTS), "limits": {"memory": "1Gi"}},
    }
    return {
        "provider": {
            "type": "Kubernetes",
            "kubernetes": {
                "envoyDeployment": {
                    "replicas": settings.replicas,
                    "container": container,
                    "pod": {
                        **nodes.as_values,
                        "topologySpreadConstraints": [_spread()],
                        **({"imagePullSecrets": [{"name": pull_secret}]} if pull_secret else {}),
                    },
                },
                "envoyPDB": {"maxUnavailable": 1},
                "envoyService": service_of(settings, cluster),
            },
        },
        "shutdown": {"drainTimeout": _DRAIN},
    }


def _spread() -> dict[str, Any]:
    return {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {"gateway.envoyproxy.io/owning-gateway-name": GATEWAY}},
        "matchLabelKeys": ["pod-template-hash"],
    }
