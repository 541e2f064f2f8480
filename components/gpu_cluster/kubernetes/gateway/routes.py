"""Routes of one namespace: HTTPRoutes, the keys that open them, and rate limits."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.capacity.gateway_routes import Route
from gpu_cluster.kubernetes.gateway.limits import limits_of
from gpu_cluster.kubernetes.gateway.names import API, CONSUMER, ENVOY, GATEWAY, LISTENER, NAMESPACE
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.serving.server import PORT

KEYS = "gateway-keys"
"""Secret with the keys of a namespace's consumers."""


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
            guards.append(_keys_secret(f"{name}-keys", namespace, keys, may_list=may_list, opts=child))
        if guarded:
            guards.append(
                CustomResource(
                    f"{name}-security",
                    api_version=ENVOY,
                    kind="SecurityPolicy",
                    metadata=metadata(KEYS, namespace),
                    spec={"targetRefs": [_target(it.name) for it in routes], "apiKeyAuth": _API_KEYS},
                    opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[*guards])),
                )
            )
        for route in routes:
            limits = limits_of(route, by_consumer=guarded)
            if envoy and limits:
                guards.append(
                    CustomResource(
                        f"{name}-limit-{route.name}",
                        api_version=ENVOY,
                        kind="BackendTrafficPolicy",
                        metadata=metadata(route.name, namespace),
                        spec={"targetRefs": [_target(route.name)], "rateLimit": limits},
                        opts=child,
                    )
                )
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


def _route(route: Route) -> dict[str, Any]:
    rewritten = {"type": "ReplacePrefixMatch", "replacePrefixMatch": route.api or "/"}
    rewrite = {"type": "URLRewrite", "urlRewrite": {"path": rewritten}}
    return {
        "parentRefs": [{"name": GATEWAY, "namespace": NAMESPACE, "sectionName": LISTENER}],
        "hostnames": [route.host],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": route.prefix}}],
                **({"filters": [rewrite]} if route.path != "/" else {}),
                "backendRefs": [
                    {"name": it.name, "port": it.port or PORT, "weight": it.weight} for it in route.targets
                ],
                "timeouts": {"request": f"{route.timeout_minutes}m"},
            }
        ],
    }


_API_KEYS = {
    "credentialRefs": [{"name": KEYS}],
    "extractFrom": [{"headers": ["Authorization", "X-API-Key"]}],
    "forwardClientIDHeader": CONSUMER,
    "sanitize": True,
}
"""Envoy takes `Bearer ` off the header, which clients of the OpenAI API write in front of a key."""


def _target(route: str) -> dict[str, str]:
    return {"group": API.partition("/")[0], "kind": "HTTPRoute", "name": route}


def _keys_secret(
    name: str,
    namespace: str,
    keys: Mapping[str, pulumi.Input[str]],
    *,
    may_list: bool,
    opts: pulumi.ResourceOptions,
) -> core.Secret:
    """Without permission to list secrets, deletion cannot be awaited, so the secret is garbage-collected with
    its owner."""
    if may_list:
        return core.Secret(name, metadata=metadata(KEYS, namespace), string_data=dict(keys), opts=opts)
    owner = core.ConfigMap(f"{name}-owner", metadata=metadata(KEYS, namespace), opts=opts)
    owned = metadata(KEYS, namespace)
    owned.owner_references = [
        meta.OwnerReferenceArgs(
            api_version="v1", kind="ConfigMap", name=KEYS, uid=owner.metadata.uid.apply(str)
        )
    ]
    retained = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=True))
    return core.Secret(name, metadata=owned, string_data=dict(keys), opts=retained)
