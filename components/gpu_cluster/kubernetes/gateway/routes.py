"""Routes of one namespace: HTTPRoutes, and the API keys and rate limits that apply to them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from gpu_cluster.capacity.gateway_routes import Route
from gpu_cluster.kubernetes.gateway import prefix_routing
from gpu_cluster.kubernetes.gateway.api_keys import KEYS, required_keys
from gpu_cluster.kubernetes.gateway.limits import limits_of
from gpu_cluster.kubernetes.gateway.names import API, ENVOY, GATEWAY, LISTENER, NAMESPACE
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security.secret import secret
from gpu_cluster.kubernetes.serving.server import PORT


class GatewayRoutes(pulumi.ComponentResource):
    """HTTPRoutes to Services of one namespace, with API keys and rate limits.

    GatewayRoutes("platform-routes", "serving", routes, keys={"search": key}, guarded=True, envoy=True)
    """

    def __init__(
        self,
        name: str,
        namespace: str,
        routes: Sequence[Route],
        *,
        keys: Mapping[str, pulumi.Input[str]],
        guarded: bool,
        envoy: bool,
        may_list: bool = True,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`keys`: API keys by consumer; `guarded`: only requests with one are let through; `envoy`: Envoy
        Gateway serves the class; `may_list`: whether who deploys may list secrets of the namespace."""
        super().__init__("gpu-cluster:index:GatewayRoutes", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        guards: list[pulumi.Resource] = []
        if keys:
            guards.append(secret(f"{name}-keys", KEYS, namespace, keys, may_list=may_list, opts=child))
        if guarded:
            after_keys = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[*guards]))
            targets = [_target(it.name) for it in routes]
            guards.append(required_keys(f"{name}-security", namespace, targets, opts=after_keys))
        for route in routes:
            if envoy and (traffic := _traffic(route, by_consumer=guarded)):
                guards.append(
                    CustomResource(
                        f"{name}-limit-{route.name}",
                        api_version=ENVOY,
                        kind="BackendTrafficPolicy",
                        metadata=metadata(route.name, namespace),
                        spec={"targetRefs": [_target(route.name)], **traffic},
                        opts=child,
                    )
                )
            if envoy and route.picked:
                guards += _picker_policies(name, namespace, route, route.picked, opts=child)
        # A route is open from the moment that it is there.
        after = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=guards))
        for route in routes:
            CustomResource(
                f"{name}-{route.name}",
                api_version=API,
                kind="HTTPRoute",
                metadata=metadata(route.name, namespace),
                spec=_route(route),
                opts=after,
            )
        self.register_outputs({})


def _traffic(route: Route, *, by_consumer: bool) -> dict[str, Any]:
    """Rate limits and choice of replica; empty for those of Envoy."""
    limits = limits_of(route, by_consumer=by_consumer)
    return {
        **({"rateLimit": limits} if limits else {}),
        **({"loadBalancer": prefix_routing.load_balancer()} if route.picked else {}),
    }


def _picker_policies(
    name: str, namespace: str, route: Route, model: str, *, opts: pulumi.ResourceOptions
) -> Iterator[pulumi.Resource]:
    """Policies by which an endpoint picker chooses the replica."""
    kinds = {"EnvoyExtensionPolicy": prefix_routing.extension(route, model)}
    if route.path != "/":
        kinds["HTTPRouteFilter"] = prefix_routing.rewrite(route)
    for kind, spec in kinds.items():
        yield CustomResource(
            f"{name}-{'picker' if kind == 'EnvoyExtensionPolicy' else 'path'}-{route.name}",
            api_version=ENVOY,
            kind=kind,
            metadata=metadata(route.name, namespace),
            spec=spec,
            opts=opts,
        )


def _route(route: Route) -> dict[str, Any]:
    rewritten = {"type": "ReplacePrefixMatch", "replacePrefixMatch": route.api or "/"}
    rewrite = {"type": "URLRewrite", "urlRewrite": {"path": rewritten}}
    rest = {
        "backendRefs": [
            {"name": it.name, "port": it.port or PORT, "weight": it.weight} for it in route.targets
        ],
        "timeouts": {"request": f"{route.timeout_minutes}m"},
    }
    picked = {
        "name": prefix_routing.RULE,
        "matches": [prefix_routing.match(route)],
        **({"filters": [prefix_routing.filter_reference(route)]} if route.path != "/" else {}),
        **rest,
    }
    return {
        "parentRefs": [{"name": GATEWAY, "namespace": NAMESPACE, "sectionName": LISTENER}],
        "hostnames": [route.host],
        "rules": [
            *([picked] if route.picked else []),
            {
                "matches": [{"path": {"type": "PathPrefix", "value": route.prefix}}],
                **({"filters": [rewrite]} if route.path != "/" else {}),
                **rest,
            },
        ],
    }


def _target(route: str) -> dict[str, str]:
    return {"group": API.partition("/")[0], "kind": "HTTPRoute", "name": route}
