"""Access to models from outside the cluster: Envoy Gateway, a Gateway, and routes."""

from gpu_cluster.kubernetes.gateway.api_keys import KEYS
from gpu_cluster.kubernetes.gateway.network_policies import from_gateway, served_traffic
from gpu_cluster.kubernetes.gateway.platform_gateway import PlatformGateway
from gpu_cluster.kubernetes.gateway.routes import GatewayRoutes

__all__ = ["KEYS", "GatewayRoutes", "PlatformGateway", "from_gateway", "served_traffic"]
