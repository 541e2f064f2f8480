"""Routes of a stack file: address, targets, and the names of their models."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from gpu_cluster.catalog.engines import ENGINES
from gpu_cluster.config.gateway import ConsumerLimits, GatewaySettings, RoutedSettings, RouteSettings
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.routing import Routing
from gpu_cluster.config.services import ServiceSettings
from gpu_cluster.config.serving_engine import ServingEngine


@dataclass(frozen=True, slots=True)
class RouteTarget:
    """A Service of the same namespace, and its part of the requests."""

    name: str
    weight: int
    port: int | None = None
    """Port of a service; None for that of models."""


@dataclass(frozen=True, slots=True)
class Route:
    """Route of the requests to one path of one host."""

    name: str
    host: str
    path: str
    """Path of the route without that of the API: /chat, or / for all."""

    api: str
    """Path of the API below the route, such as /v1; other paths are refused. Empty for all paths."""

    targets: tuple[RouteTarget, ...]
    requests_per_minute: int | None
    tokens_per_minute: int | None
    limits: Mapping[str, ConsumerLimits]
    """Limits of single consumers, instead of those of the route."""

    timeout_minutes: int
    picked: str | None = None
    """Model whose endpoint picker chooses a replica for each request; None for Envoy's own choice."""

    @property
    def counts_tokens(self) -> bool:
        """Whether the route or one of its consumers has a token limit."""
        return bool(self.tokens_per_minute or any(it.tokens_per_minute for it in self.limits.values()))

    @property
    def prefix(self) -> str:
        """Path that requests begin with."""
        return f"{self.path.rstrip('/')}{self.api}" or "/"

    def url(self, settings: GatewaySettings) -> str:
        return f"{'https' if settings.tls else 'http'}://{self.host}{self.prefix.rstrip('/')}"


def routes_of(gateway: GatewaySettings, models: Mapping[str, ModelSettings]) -> list[Route]:
    """Routes of the platform's own models: as the stack file has them, or one for each model."""
    return list(_routes(gateway, gateway, models, {}, team=None))


def routes_of_team(
    gateway: GatewaySettings,
    routed: RoutedSettings,
    team: str,
    models: Mapping[str, ModelSettings],
    services: Mapping[str, ServiceSettings],
) -> list[Route]:
    """Routes of a team, each below the team's own path or in a name that begins with the team's."""
    return list(_routes(gateway, routed, models, services, team=team))


def aliases_of(routed: RoutedSettings | None, models: Mapping[str, ModelSettings]) -> dict[str, list[str]]:
    """Additional served names of models: a request names its route.

    aliases_of(RoutedSettings(routes={"chat": RouteSettings(models={"chat": 90, "chat-next": 10})}), models)
    # {"chat-next": ["chat"]}
    """
    routes = routed.routes if routed else {}
    named = {
        key: sorted(name for name, route in routes.items() if key in route.models and name != key)
        for key, model in models.items()
        if model.engine is ServingEngine.VLLM
    }
    return {key: names for key, names in named.items() if names}


def counted_models(routed: RoutedSettings | None, models: Mapping[str, ModelSettings]) -> frozenset[str]:
    """Models behind a token limit, whose streamed answers have to report their token usage.

    counted_models(RoutedSettings(tokens_per_minute=60000), models)  # all models
    """
    if routed is None:
        return frozenset()
    everywhere = routed.tokens_per_minute or any(it.tokens_per_minute for it in routed.limits.values())
    routes = stated(routed, models, ())
    return frozenset(key for it in routes.values() if everywhere or it.tokens_per_minute for key in it.models)


def picked_models(gateway: GatewaySettings | None, models: Mapping[str, ModelSettings]) -> list[str]:
    """Models with an endpoint picker, because a route leads to them and their routing is prefix-cache.

    picked_models(gateway, {"chat": ModelSettings(routing="prefix-cache", …)})  # ["chat"]
    """
    if gateway is None or not gateway.has_policies:
        return []
    found = (_picked(route, models) for route in stated(gateway, models, ()).values())
    return sorted({it for it in found if it})


def api_path(settings: ModelSettings) -> str:
    """Path of the API behind a model's address: /v1 where it is OpenAI's."""
    return "" if settings.engine is ServingEngine.CUSTOM else ENGINES[settings.engine.value].api


def stated(
    routed: RoutedSettings, models: Collection[str], services: Collection[str]
) -> dict[str, RouteSettings]:
    """Routes as the file has them; without any, one for each model and service."""
    if routed.routes:
        return dict(routed.routes)
    return {
        **{key: RouteSettings(models={key: 1}) for key in models},
        **{key: RouteSettings(services={key: 1}) for key in services},
    }


def _routes(
    gateway: GatewaySettings,
    routed: RoutedSettings,
    models: Mapping[str, ModelSettings],
    services: Mapping[str, ServiceSettings],
    *,
    team: str | None,
) -> Iterator[Route]:
    for name, route in stated(routed, models, services).items():
        targets = [
            *(RouteTarget(key, weight) for key, weight in route.models.items()),
            *(RouteTarget(key, weight, services[key].port) for key, weight in route.services.items()),
        ]
        yield Route(
            name=name,
            host=host_of(gateway, name, route, team),
            path=path_of(gateway, name, route, team),
            api=next((api_path(models[key]) for key in route.models), ""),
            targets=tuple(targets),
            requests_per_minute=route.requests_per_minute or routed.requests_per_minute,
            tokens_per_minute=route.tokens_per_minute or routed.tokens_per_minute,
            limits=routed.limits,
            timeout_minutes=routed.timeout_minutes,
            picked=_picked(route, models),
        )


def _picked(route: RouteSettings, models: Mapping[str, ModelSettings]) -> str | None:
    """A picker knows the replicas of one model, so that this model gets all requests of the route."""
    chosen = [key for key, weight in route.models.items() if weight]
    if len(chosen) != 1 or chosen[0] not in models:
        return None
    return chosen[0] if models[chosen[0]].routing is Routing.PREFIX_CACHE else None


def host_of(gateway: GatewaySettings, name: str, route: RouteSettings, team: str | None) -> str:
    if route.host:
        return route.host
    label = f"{team}-{name}" if team else name
    return f"{label}{gateway.host.removeprefix('*')}" if gateway.is_wildcard else gateway.host


def path_of(gateway: GatewaySettings, name: str, route: RouteSettings, team: str | None) -> str:
    if gateway.is_wildcard:
        return route.path or "/"
    path = route.path or f"/{name}"
    return f"/{team}{path}".rstrip("/") if team else path
