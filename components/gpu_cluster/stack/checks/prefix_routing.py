"""Routing by prefix cache: a gateway with Envoy Gateway, an engine with a prefix cache, and a choice."""

from collections.abc import Collection, Iterator, Mapping

from gpu_cluster.capacity import stated
from gpu_cluster.config.gateway import GatewaySettings
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.routing import PICKER_SUFFIX, STANDBY_SUFFIX, Routing
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.stack.checks.gateway_limits import OF_ENVOY
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import one_of

PICKED = (ServingEngine.VLLM, ServingEngine.SGLANG)
"""Engines that keep a prefix cache, and whose metrics the endpoint picker reads."""

_WITHOUT_CACHE = {
    ServingEngine.VLLM: "--no-enable-prefix-caching",
    ServingEngine.SGLANG: "--disable-radix-cache",
}


def prefix_routing(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    models = stack.serving.models
    for name in _wanted(models):
        keys: Keys = ("serving", "models", name)
        yield from _own(keys, models[name])
        if ("gateway",) in broken:
            continue
        if stack.gateway is None:
            message = "the gateway chooses replicas; add gpu-cluster:gateway, or remove routing"
            yield Diagnostic((*keys, "routing"), message)
        elif not stack.gateway.has_policies:
            yield Diagnostic((*keys, "routing"), OF_ENVOY)
        elif not any(key[0] == "gateway" for key in broken):
            yield from _routes(keys, name, stack.gateway, models)
        for suffix in (PICKER_SUFFIX, STANDBY_SUFFIX):
            if f"{name}{suffix}" in models:
                message = f"reserved for an endpoint picker of {name}; choose another name"
                yield Diagnostic((*keys[:-1], f"{name}{suffix}"), message)


def prefix_routing_of_team(team: TeamStack) -> Iterator[Diagnostic]:
    """A picker reads the pods of its namespace, and teams create no roles."""
    for name in _wanted(team.file.models):
        message = "prefix-cache is only for models of the environment; expected least-request"
        yield Diagnostic(("models", name, "routing"), message)


def _wanted(models: Mapping[str, ModelSettings]) -> Collection[str]:
    return [name for name, it in models.items() if it.routing is Routing.PREFIX_CACHE]


def _own(keys: Keys, model: ModelSettings) -> Iterator[Diagnostic]:
    if model.engine not in PICKED:
        engines = one_of(it.value for it in PICKED)
        message = f"the endpoint picker reads no metrics of engine {model.engine.value}; expected {engines}"
        yield Diagnostic((*keys, "routing"), message)
    elif (flag := _WITHOUT_CACHE[model.engine]) in model.args:
        yield Diagnostic((*keys, "args"), f"{flag} turns off the prefix cache that routing relies on")
    if model.replicas.max == 1:
        message = "prefix-cache chooses among replicas, and there is 1; expected more replicas"
        yield Diagnostic((*keys, "routing"), message)


def _routes(
    keys: Keys, name: str, gateway: GatewaySettings, models: Mapping[str, ModelSettings]
) -> Iterator[Diagnostic]:
    """A picker knows the replicas of one model, so that a route to several cannot ask it."""
    leading = {key: it for key, it in stated(gateway, models, ()).items() if it.models.get(name)}
    if not leading:
        yield Diagnostic(
            (*keys, "routing"), "no route of the gateway leads to it; add one, or remove routing"
        )
    for route, settings in leading.items():
        if sum(1 for weight in settings.models.values() if weight) > 1:
            message = (
                f"model {name} has routing: prefix-cache, whose endpoint picker knows only its replicas; "
                "expected one model with a weight above 0"
            )
            yield Diagnostic(("gateway", "routes", route, "models"), message)
