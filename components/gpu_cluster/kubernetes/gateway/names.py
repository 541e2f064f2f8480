"""Names of the platform's Gateway, its class and the kinds around it."""

API = "gateway.networking.k8s.io/v1"
ENVOY = "gateway.envoyproxy.io/v1alpha1"
CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller"
"""Controller of the GatewayClasses that Envoy Gateway serves."""

CLASS = "gpu-cluster"
"""GatewayClass that the platform makes."""

PROXIES = "envoy-gateway-system"
"""Namespace of Envoy Gateway and, as the publisher's chart has it, of its proxies."""

NAMESPACE = "gateway-system"
GATEWAY = "models"
LISTENER = "models"
METRICS_PORT = 19001
"""Port of the metrics of controller and proxies (internal/xds/bootstrap/bootstrap.go, v1.6.0)."""

PICKER_PORT = 9002
"""Port on which endpoint pickers see requests."""

CONSUMER = "x-consumer"
"""Header with the consumer, for models and request counts; a value sent by the client is replaced."""
