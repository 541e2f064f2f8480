"""Gateway: routes to existing models and services, at separate addresses, each for models of one API."""

from collections.abc import Collection, Iterator, Mapping
from itertools import groupby

from gpu_cluster.capacity import api_path, host_of, path_of, stated
from gpu_cluster.config.gateway import GatewaySettings, RoutedSettings, RouteSettings
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import did_you_mean, one_of

_ONE_NAME = frozenset({ServingEngine.SGLANG, ServingEngine.NIM})
"""Engines that compare the model name of a request, and accept only one."""


def gateway_routes(
    settings: GatewaySettings,
    routed: RoutedSettings,
    models: Mapping[str, ModelSettings],
    services: Collection[str],
    team: str | None,
    broken: frozenset[Keys],
) -> Iterator[Diagnostic]:
    """`team`: name of the team whose file has the routes; None for those of an environment."""
    root: Keys = ("models",) if team else ("serving", "models")
    faulty = {str(keys[len(root)]) for keys in broken if keys[: len(root)] == root and len(keys) > len(root)}
    for name, route in routed.routes.items():
        keys: Keys = ("gateway", "routes", name)
        if team is None and route.services:
            message = "services are only allowed in a team's file; expected models"
            yield Diagnostic((*keys, "services"), message)
        yield from _unknown((*keys, "models"), "model", route.models, {*models, *faulty})
        if team:
            yield from _unknown((*keys, "services"), "service", route.services, services)
        yield from _place(keys, settings, name, route, team)
        known = {key: models[key] for key in route.models if key in models}
        yield from _alike(keys, name, known)
    yield from _same_place(settings, stated(routed, models, services), team)


def _unknown(keys: Keys, what: str, given: Collection[str], known: Collection[str]) -> Iterator[Diagnostic]:
    for name in given:
        if name not in known:
            hint = did_you_mean(name, known) or (f"; expected {one_of(sorted(known))}" if known else "")
            yield Diagnostic((*keys, name), f"unknown {what} '{name}'{hint}")


def _place(
    keys: Keys, settings: GatewaySettings, name: str, route: RouteSettings, team: str | None
) -> Iterator[Diagnostic]:
    if route.host is None:
        return
    suffix, begins = settings.host.removeprefix("*"), f"{team}-" if team else ""
    if not settings.is_wildcard:
        message = f"the gateway has one host, {settings.host}; expected path, or a wildcard host in gateway"
        yield Diagnostic((*keys, "host"), message)
        return
    label = route.host.removesuffix(suffix)
    if not route.host.endswith(suffix) or "." in label or "*" in label:
        message = f"expected one label below {settings.host}, such as {begins}{name}{suffix}"
        yield Diagnostic((*keys, "host"), message)
    elif not label.startswith(begins):
        message = (
            f"host names of team {team} start with {begins}; expected a name such as {begins}{name}{suffix}"
        )
        yield Diagnostic((*keys, "host"), message)


def _alike(keys: Keys, name: str, models: Mapping[str, ModelSettings]) -> Iterator[Diagnostic]:
    """All models of a route must accept the same requests: the same API and model name."""
    paths = {key: api_path(it) or "/" for key, it in models.items()}
    if len(set(paths.values())) > 1:
        shown = " and ".join(f"{key} {path}" for key, path in paths.items())
        message = f"its models have different API paths, {shown}; expected models of one API"
        yield Diagnostic((*keys, "models"), message)
    for key, model in models.items():
        if model.engine in _ONE_NAME and key != name and len(models) > 1:
            message = (
                f"engine {model.engine.value} accepts only the model name {key}, and requests of this "
                f"route use {name}; expected engine vllm, or a route of only this model named {key}"
            )
            yield Diagnostic((*keys, "models", key), message)


def _same_place(
    settings: GatewaySettings, routes: Mapping[str, RouteSettings], team: str | None
) -> Iterator[Diagnostic]:
    places = {
        name: (host_of(settings, name, it, team), path_of(settings, name, it, team))
        for name, it in routes.items()
    }
    for place, names in groupby(sorted(places, key=places.__getitem__), key=places.__getitem__):
        first, *others = names
        for other in others:
            message = f"route {first} has the same address {''.join(place)}; expected another path or host"
            yield Diagnostic(("gateway", "routes", other), message)
