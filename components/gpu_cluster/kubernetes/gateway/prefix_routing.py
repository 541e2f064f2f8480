"""Requests that an endpoint picker sends to a replica: the part of Envoy.

Envoy shows the picker a request (ext_proc), the picker answers with the address of a replica in a header, and
Envoy prefers that address among those of the model's Service.
"""

from typing import Any

from gpu_cluster.capacity.gateway_routes import Route
from gpu_cluster.config.routing import PICKER_SUFFIX, STANDBY_SUFFIX
from gpu_cluster.kubernetes.gateway.names import API, ENVOY, GATEWAY, PICKER_PORT
from gpu_cluster.kubernetes.gateway.token_usage import usage_filters

RULE = "prefix-cache"
"""Name of the HTTPRoute's rule whose requests the picker sees."""

_ADDRESS = "x-gateway-destination-endpoint"
_OF_PICKERS = (
    _ADDRESS,
    "x-gateway-inference-fairness-id",
    "x-gateway-inference-objective",
    "x-gateway-model-name-rewrite",
)
"""Headers that steer a picker or Envoy (pkg/epp/metadata of v1.5.0), which no client may set."""

_GENERATE = "(chat/completions|completions|responses)"
"""APIs whose prompts the picker reads; it would refuse other content (parsers/openai of v1.5.0)."""


def match(route: Route) -> dict[str, Any]:
    """Requests whose prompts the picker reads."""
    return {"path": {"type": "RegularExpression", "value": f"{_escaped(route.prefix)}/{_GENERATE}"}}


def rewrite(route: Route) -> dict[str, Any]:
    """Spec of an HTTPRouteFilter that removes the route's own path; a match by expression has no prefix."""
    pattern = {"pattern": f"^{_escaped(route.path)}(/.*)$", "substitution": r"\1"}
    return {"urlRewrite": {"path": {"type": "ReplaceRegexMatch", "replaceRegexMatch": pattern}}}


def load_balancer() -> dict[str, Any]:
    """`loadBalancer` of a BackendTrafficPolicy: the picker's choice, if Envoy knows it and it is healthy."""
    return {"type": "LeastRequest", "endpointOverride": {"extractFrom": [{"header": _ADDRESS}]}}


def extension(route: Route, model: str) -> dict[str, Any]:
    """Spec of the EnvoyExtensionPolicy. Responses do not pass the picker."""
    target = {"group": API.partition("/")[0], "kind": "HTTPRoute", "name": route.name, "sectionName": RULE}
    return {
        "targetRefs": [target],
        **({"lua": usage_filters()} if route.counts_tokens else {}),
        "extProc": [
            {
                "backendRefs": [
                    _BACKEND | {"name": f"{model}{PICKER_SUFFIX}"},
                    _BACKEND | {"name": f"{model}{STANDBY_SUFFIX}", "fallback": True},
                ],
                "backendSettings": {
                    "healthCheck": {"active": _ACTIVE_CHECK, "passive": _PASSIVE_CHECK},
                    "retry": _RETRY,
                },
                # The picker answers once it has the whole request, which a slow client takes time to send.
                "messageTimeout": f"{route.timeout_minutes}m",
                "processingMode": {"request": {"body": "FullDuplexStreamed"}},
            }
        ],
    }


def backends(model: str, namespace: str) -> dict[str, Any]:
    """Specs of the Backends of a model's pickers, by name.

    Envoy Gateway refuses all requests while one of several Services has no endpoint, and never looks at
    names.
    """
    return {
        f"{model}{suffix}": {
            "endpoints": [
                {
                    "fqdn": {
                        "hostname": f"{model}{suffix}.{namespace}.svc.cluster.local",
                        "port": PICKER_PORT,
                    }
                }
            ]
        }
        for suffix in (PICKER_SUFFIX, STANDBY_SUFFIX)
    }


def header_removal() -> dict[str, Any]:
    """Spec of a ClientTrafficPolicy that removes headers of pickers from what clients send."""
    return {
        "targetRefs": [{"group": API.partition("/")[0], "kind": "Gateway", "name": GATEWAY}],
        "headers": {"earlyRequestHeaders": {"remove": list(_OF_PICKERS)}},
    }


_BACKEND = {"group": ENVOY.partition("/")[0], "kind": "Backend"}
_ACTIVE_CHECK = {
    # Envoy asks once a minute until a picker has had its first request.
    "type": "GRPC",
    "grpc": {"service": "envoy.service.ext_proc.v3.ExternalProcessor"},
    "interval": "1s",
    "timeout": "1s",
    "unhealthyThreshold": 2,
    "healthyThreshold": 1,
}
_PASSIVE_CHECK = {
    "splitExternalLocalOriginErrors": True,
    "consecutiveLocalOriginFailures": 1,
    "consecutiveGatewayErrors": 1,
    "interval": "1s",
    "baseEjectionTime": "30s",
    "maxEjectionPercent": 100,
}
_RETRY = {
    # A request that no picker has seen yet.
    "numRetries": 2,
    "retryOn": {"triggers": ["connect-failure", "refused-stream", "reset-before-request"]},
    "perRetry": {"backOff": {"baseInterval": "100ms", "maxInterval": "500ms"}},
}


def filter_reference(route: Route) -> dict[str, Any]:
    reference = {"group": ENVOY.partition("/")[0], "kind": "HTTPRouteFilter", "name": route.name}
    return {"type": "ExtensionRef", "extensionRef": reference}


def _escaped(path: str) -> str:
    """A dot is the only character of a route path with a meaning in an expression."""
    return path.rstrip("/").replace(".", r"\.")
