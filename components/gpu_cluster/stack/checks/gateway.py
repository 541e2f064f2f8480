"""Gateway: class, certificate, and API keys in production."""

from collections.abc import Iterator

from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.gateway import GatewaySettings, RoutedSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.stack.checks.gateway_addresses import gateway_addresses
from gpu_cluster.stack.checks.gateway_limits import OF_ENVOY, gateway_limits
from gpu_cluster.stack.checks.gateway_model_keys import gateway_model_keys
from gpu_cluster.stack.checks.gateway_routes import gateway_routes
from gpu_cluster.stack.checks.models import unknown_pool
from gpu_cluster.stack.diagnostic import Diagnostic, Keys


def gateway(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    """Diagnostics of an environment's gateway and of grants to use it."""
    settings = stack.gateway
    if settings is None:
        if ("gateway",) not in broken:
            yield from _grants_without(stack)
        return
    if isinstance(stack.cluster, LocalCluster):
        yield from _on_this_machine(settings)
    yield from _production(stack, settings, settings, broken)
    if stack.production and settings.http:
        message = "plain HTTP is not allowed with production: true; expected tls"
        yield Diagnostic(("gateway", "http"), message)
    yield from _class(stack, settings)
    yield from gateway_addresses(stack, settings)
    yield from gateway_model_keys(settings, stack.serving.models, ("serving", "models"))
    yield from _pool(stack, settings, broken)
    yield from _charts(stack, settings)
    yield from _teams(stack, settings)
    if any(it.gateway for it in stack.teams.values()) or stack.serving.models or settings.routes:
        yield from gateway_routes(settings, settings, stack.serving.models, (), None, broken)
    elif not any(keys[:2] == ("serving", "models") for keys in broken):
        message = "no backends: there is no model, and no team with gateway: true"
        yield Diagnostic(("gateway",), message)


def gateway_of_team(team: TeamStack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    """Diagnostics of a team's routes."""
    routed, settings = team.file.gateway, team.environment.gateway
    if routed is None:
        return
    name = team.file.team.environment
    if settings is None:
        message = f"environment {name} has no gateway; add gpu-cluster:gateway to it"
        yield Diagnostic(("gateway",), message)
        return
    if not team.grant.gateway:
        message = (
            f"environment {name} does not allow routes of team {team.name}; set "
            f"gpu-cluster:teams.{team.name}.gateway: true there"
        )
        yield Diagnostic(("gateway",), message)
        return
    yield from _production(team.environment, settings, routed, broken)
    yield from gateway_limits(settings, routed, environment=name)
    yield from gateway_model_keys(routed, team.file.models, ("models",))
    if not (team.file.models or team.file.services):
        yield Diagnostic(("gateway",), "no backends: the team has no model and no service")
        return
    yield from gateway_routes(settings, routed, team.file.models, team.file.services, team.name, broken)


def _grants_without(stack: Stack) -> Iterator[Diagnostic]:
    for name, team in stack.teams.items():
        if team.gateway:
            message = "the environment has no gateway; add gpu-cluster:gateway"
            yield Diagnostic(("teams", name, "gateway"), message)


def _production(
    stack: Stack, settings: GatewaySettings, routed: RoutedSettings, broken: frozenset[Keys]
) -> Iterator[Diagnostic]:
    """Routes have API keys in production; a class without key support is reported instead."""
    if stack.production and settings.has_policies and not routed.keys and ("gateway", "keys") not in broken:
        message = "routes without API keys are not allowed with production: true; expected keys, by consumer"
        yield Diagnostic(("gateway",), message)


def _on_this_machine(settings: GatewaySettings) -> Iterator[Diagnostic]:
    """The local cluster has no load balancer, no class of its own and no cert-manager."""
    absent = {
        "class_name": "no other class is there; remove it, and the platform installs Envoy Gateway",
        "api_installed": "the kinds of the Gateway API are not there; remove it, and the platform makes them",
        "internet": "there is no load balancer, and its port is on 127.0.0.1",
        "source_ranges": "there is no load balancer, and its port is on 127.0.0.1",
        "annotations": "there is no load balancer that would read them",
    }
    for field, why in absent.items():
        if getattr(settings, field):
            key = GatewaySettings.model_fields[field].alias or field
            yield Diagnostic(("gateway", key), f"not with provider local: {why}")
    if settings.tls and settings.tls.issuer:
        message = "not with provider local, where no cert-manager runs; expected secret, which "
        yield Diagnostic(("gateway", "tls", "issuer"), f"{message}gpu-cluster up makes where it is missing")


def _pool(stack: Stack, settings: GatewaySettings, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    if settings.pool is None:
        return
    if not settings.has_policies:
        message = "the proxies of this class are not the platform's, and run where their controller says"
        yield Diagnostic(("gateway", "pool"), f"{message}; remove it")
        return
    if settings.pool not in stack.pools and not {("pools", settings.pool), ("pools",)} & broken:
        yield Diagnostic(("gateway", "pool"), unknown_pool(settings.pool, stack, broken))


def _class(stack: Stack, settings: GatewaySettings) -> Iterator[Diagnostic]:
    yield from gateway_limits(settings, settings)
    if not settings.has_policies and settings.source_ranges:
        yield Diagnostic(("gateway", "sourceRanges"), OF_ENVOY)
    if settings.tls and settings.tls.certificate:
        if not isinstance(stack.cluster, EksSettings):
            provider = stack.cluster.provider
            message = f"ACM certificates require provider eks, got {provider}"
            yield Diagnostic(("gateway", "tls", "certificate"), f"{message}; expected secret or issuer")
        elif stack.region and f":{stack.region}:" not in settings.tls.certificate:
            message = (
                f"the certificate must be in the region of the load balancer; expected one of {stack.region}"
            )
            yield Diagnostic(("gateway", "tls", "certificate"), message)
    if isinstance(stack.cluster, EksSettings) and settings.is_installed and settings.api_installed:
        message = "not with provider eks, where the platform installs the Gateway API; remove it"
        yield Diagnostic(("gateway", "apiInstalled"), message)


def _charts(stack: Stack, settings: GatewaySettings) -> Iterator[Diagnostic]:
    registry = stack.registry
    if stack.offline and settings.is_installed and not (registry.charts or registry.mirror):
        message = "the Envoy Gateway chart is on the internet; expected registry.charts or "
        yield Diagnostic(("gateway",), f"{message}registry.mirror with offline: true")


def _teams(stack: Stack, settings: GatewaySettings) -> Iterator[Diagnostic]:
    """Host names below a wildcard start with the team's name, so team names must not be prefixes of each
    other."""
    if not settings.is_wildcard:
        return
    granted = [name for name, team in stack.teams.items() if team.gateway]
    for name in granted:
        for other in granted:
            if other.startswith(f"{name}-"):
                message = f"host names of teams {name} and {other} are ambiguous below "
                hint = "expected a host without *, where routes are paths"
                yield Diagnostic(("teams", other, "gateway"), f"{message}{settings.host}; {hint}")
