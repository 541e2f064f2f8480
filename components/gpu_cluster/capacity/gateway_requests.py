"""CPU and memory that pods of a gateway request: its controller, Envoy, rate limits and endpoint pickers."""

from collections.abc import Mapping

from gpu_cluster.config.gateway import GatewaySettings

CONTROLLERS = 2
"""Replicas of Envoy Gateway."""

RATE_LIMITERS = 2
"""Replicas of the rate limit service."""

CONTROLLER_REQUESTS: Mapping[str, str] = {"cpu": "100m", "memory": "256Mi"}
PROXY_REQUESTS: Mapping[str, str] = {"cpu": "250m", "memory": "512Mi"}
RATE_LIMITER_REQUESTS: Mapping[str, str] = {"cpu": "100m", "memory": "128Mi"}
COUNTER_REQUESTS: Mapping[str, str] = {"cpu": "50m", "memory": "128Mi"}
PICKER_REQUESTS: Mapping[str, str] = {"cpu": "100m", "memory": "128Mi"}
PICKER_LIMITS: Mapping[str, str] = {"memory": "512Mi"}

PICKERS = 2
"""Endpoint pickers of a model: one that chooses, and its standby."""

_PROXY_POD: Mapping[str, str] = {"cpu": "260m", "memory": "544Mi"}
"""Requests of a proxy pod, including Envoy's shutdown manager, for which Envoy Gateway requests 10m and 32Mi
(api/v1alpha1/shared_types.go, v1.6.0)."""


def gateway_pods(settings: GatewaySettings, picked: int = 0) -> list[Mapping[str, str]]:
    """Requests of each pod during an update, which starts a pod of each kind before it ends another.

    `picked`: models with endpoint pickers, each of which is a Deployment.

    The counters are replaced instead: two of them would count apart.
    """
    pickers = [PICKER_REQUESTS] * (2 * PICKERS * picked)
    if not settings.is_installed:
        return pickers
    limits = [RATE_LIMITER_REQUESTS] * (RATE_LIMITERS + 1) + [COUNTER_REQUESTS]
    return [
        *[CONTROLLER_REQUESTS] * (CONTROLLERS + 1),
        *[_PROXY_POD] * (settings.replicas + 1),
        *(limits if settings.counts_tokens else ()),
        *pickers,
    ]
