"""API keys and rate limits of a gateway: the class enforces them, and each consumer has a key."""

from collections.abc import Iterator

from gpu_cluster.config.gateway import ConsumerLimits, GatewaySettings, RoutedSettings, RouteSettings
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import did_you_mean, one_of

OF_ENVOY = "requires Envoy Gateway; remove class, or set envoyGateway: true if the class is one"

_MOST_RULES = 16
"""Rules of one route that each replica of Envoy counts (LocalRateLimit, api/v1alpha1 of v1.6.0)."""


def gateway_limits(
    settings: GatewaySettings, routed: RoutedSettings, environment: str | None = None
) -> Iterator[Diagnostic]:
    """`environment`: name of a team's environment, whose gateway counts tokens or not."""
    uncounted = _uncounted(settings, environment)
    if routed.keys and not settings.has_policies:
        yield Diagnostic(("gateway", "keys"), OF_ENVOY)
    limits: list[tuple[Keys, RoutedSettings | RouteSettings | ConsumerLimits]] = [
        (("gateway",), routed),
        *((("gateway", "routes", name), route) for name, route in routed.routes.items()),
        *((("gateway", "limits", name), limit) for name, limit in routed.limits.items()),
    ]
    for keys, limit in limits:
        if limit.requests_per_minute and not settings.has_policies:
            yield Diagnostic((*keys, "requestsPerMinute"), OF_ENVOY)
        if limit.tokens_per_minute and uncounted:
            yield Diagnostic((*keys, "tokensPerMinute"), uncounted)
    yield from _consumers(routed)


def _uncounted(settings: GatewaySettings, environment: str | None) -> str | None:
    """Reason why the gateway counts no tokens."""
    if not settings.is_installed:
        return (
            "requires the Envoy Gateway that the platform installs with its rate limit service; remove class"
        )
    if environment and not settings.counts_tokens:
        return (
            f"the gateway of environment {environment} counts no tokens; set "
            "gpu-cluster:gateway.tokensPerMinute there"
        )
    return None


def _consumers(routed: RoutedSettings) -> Iterator[Diagnostic]:
    for name, limit in routed.limits.items():
        keys: Keys = ("gateway", "limits", name)
        if name not in routed.keys:
            hint = did_you_mean(name, routed.keys) or (
                f"; expected {one_of(sorted(routed.keys))}" if routed.keys else "; there are no keys"
            )
            yield Diagnostic(keys, f"unknown consumer '{name}'{hint}")
        if not (limit.requests_per_minute or limit.tokens_per_minute):
            yield Diagnostic(keys, "expected requestsPerMinute, tokensPerMinute or both")
    counted = sum(bool(it.requests_per_minute) for it in routed.limits.values())
    if counted >= _MOST_RULES:
        message = f"{counted} consumers have requestsPerMinute; expected at most {_MOST_RULES - 1}"
        yield Diagnostic(("gateway", "limits"), message)
