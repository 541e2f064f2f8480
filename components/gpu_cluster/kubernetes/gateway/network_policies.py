"""Network policies between the proxies of a gateway and its backends."""

from collections.abc import Collection, Mapping

from pulumi_kubernetes.networking import v1 as networking

from gpu_cluster.capacity import picked_models
from gpu_cluster.config.gateway import GatewaySettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.gateway.endpoint_picker import allowances
from gpu_cluster.kubernetes.gateway.names import GATEWAY, NAMESPACE, PICKER_PORT, PROXIES
from gpu_cluster.kubernetes.security import from_namespaces, from_pods
from gpu_cluster.kubernetes.serving.server import http_ports

PROXY_LABELS = {
    "gateway.envoyproxy.io/owning-gateway-name": GATEWAY,
    "gateway.envoyproxy.io/owning-gateway-namespace": NAMESPACE,
}
"""Labels of the pods that Envoy Gateway makes of the platform's Gateway."""


def from_gateway(
    settings: GatewaySettings | None, *ports: int
) -> dict[str, networking.NetworkPolicySpecArgs]:
    """Ingress from the proxies of the gateway on these ports, or on every one; none without a gateway."""
    if settings is None:
        return {}
    if settings.is_installed:
        return {"gateway": from_pods(PROXIES, PROXY_LABELS, *ports)}
    return {"gateway": from_namespaces({settings.proxies or NAMESPACE}, *ports)}


def served_traffic(stack: Stack) -> dict[str, networking.NetworkPolicySpecArgs]:
    """Traffic of the models' namespace with the gateway: its proxies, and endpoint pickers."""
    models = stack.serving.models
    ports = http_ports(models.values())
    if not picked_models(stack.gateway, models):
        return from_gateway(stack.gateway, *ports)
    return {**from_gateway(stack.gateway, *ports, PICKER_PORT), **allowances()}


def routed_namespaces(stack: Stack) -> Mapping[str, Collection[int]]:
    """Namespaces of the gateway's backends, with the ports of their pods; empty for all ports."""
    models = stack.serving.models
    pickers = [PICKER_PORT] if picked_models(stack.gateway, models) else []
    own = {stack.serving.namespace: [*http_ports(models.values()), *pickers]} if models else {}
    return {**own, **{team.namespace or key: () for key, team in stack.teams.items() if team.gateway}}
