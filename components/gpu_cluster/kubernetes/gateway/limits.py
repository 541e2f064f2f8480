"""Rate limits of a route: each replica of Envoy counts requests, and the rate limit service tokens."""

from collections.abc import Iterator, Mapping
from typing import Any

from gpu_cluster.capacity.gateway_routes import Route
from gpu_cluster.config.gateway import ConsumerLimits
from gpu_cluster.kubernetes.gateway.names import CONSUMER
from gpu_cluster.kubernetes.gateway.token_usage import TOKENS


def limits_of(route: Route, *, by_consumer: bool) -> dict[str, Any]:
    """`rateLimit` of a BackendTrafficPolicy; empty for a route without limits."""
    own: Mapping[str, ConsumerLimits] = route.limits if by_consumer else {}
    requests = {name: it.requests_per_minute for name, it in own.items() if it.requests_per_minute}
    tokens = {name: it.tokens_per_minute for name, it in own.items() if it.tokens_per_minute}
    local = [*_rules(route.requests_per_minute, requests, by_consumer=by_consumer)]
    shared = [
        rule | {"cost": _COST} for rule in _rules(route.tokens_per_minute, tokens, by_consumer=by_consumer)
    ]
    return {
        **({"local": {"rules": local}} if local else {}),
        **({"global": {"rules": shared}} if shared else {}),
    }


_COST = {
    # A request costs nothing: it is let through while tokens are left, and its answer takes them.
    "request": {"from": "Number", "number": 0},
    "response": {"from": "Metadata", "metadata": TOKENS},
}


def _rules(limit: int | None, own: Mapping[str, int], *, by_consumer: bool) -> Iterator[dict[str, Any]]:
    """One rule for each consumer with a limit of its own, and one for each of the others."""
    for name, value in own.items():
        yield _rule(value, [{"name": CONSUMER, "type": "Exact", "value": name}])
    if limit is None:
        return
    others = [{"name": CONSUMER, "type": "Exact", "value": name, "invert": True} for name in own]
    yield _rule(limit, [{"name": CONSUMER, "type": "Distinct"}, *others] if by_consumer else [])


def _rule(limit: int, headers: list[dict[str, Any]]) -> dict[str, Any]:
    selected = {"clientSelectors": [{"headers": headers}]} if headers else {}
    return {"limit": {"requests": limit, "unit": "Minute"}, **selected}
