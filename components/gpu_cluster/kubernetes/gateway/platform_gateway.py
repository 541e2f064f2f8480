"""Gateway of a platform: controller, Gateway and routes to the platform's models."""

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from gpu_cluster.capacity import Pool, picked_models, routes_of
from gpu_cluster.config.cluster import NODE_LOCAL_DNS
from gpu_cluster.config.gateway import GatewaySettings
from gpu_cluster.config.routing import PICKER_SUFFIX
from gpu_cluster.config.stack import Stack
from gpu_cluster.exemption import Exemption
from gpu_cluster.images import ENDPOINT_PICKER, ENVOY, ENVOY_GATEWAY, RATE_LIMIT, VALKEY, charts_below
from gpu_cluster.kubernetes.gateway.controller import CHARTS, EnvoyGateway
from gpu_cluster.kubernetes.gateway.endpoint_picker import access, endpoint_pickers, pool_definition
from gpu_cluster.kubernetes.gateway.gateway import Gateway
from gpu_cluster.kubernetes.gateway.load_balancer import with_tags
from gpu_cluster.kubernetes.gateway.names import ENVOY as ENVOY_API
from gpu_cluster.kubernetes.gateway.names import GATEWAY, NAMESPACE
from gpu_cluster.kubernetes.gateway.network_policies import routed_namespaces
from gpu_cluster.kubernetes.gateway.prefix_routing import header_removal
from gpu_cluster.kubernetes.gateway.rate_limit_service import RateLimitImages
from gpu_cluster.kubernetes.gateway.routes import GatewayRoutes
from gpu_cluster.kubernetes.gateway.token_usage import token_usage
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.registry.pull_secrets import pull_secret_of
from gpu_cluster.kubernetes.scheduling import ServerNodes


class PlatformGateway(pulumi.ComponentResource):
    """Gateway to the models for clients outside the cluster.

    PlatformGateway("platform-gateway", stack, stack.gateway, keys={}).urls
    # {"chat": "https://models.example.com/chat/v1"}
    """

    EXEMPT: ClassVar = (
        Exemption(
            "82-model-sources",
            "Deployment",
            "An endpoint picker loads no model; its arguments name the engine whose metrics it reads.",
            f"*{PICKER_SUFFIX}*",
        ),
    )

    urls: dict[str, str]
    """Address of each route."""

    def __init__(
        self,
        name: str,
        stack: Stack,
        settings: GatewaySettings,
        *,
        keys: Mapping[str, pulumi.Input[str]],
        pools: Mapping[str, Pool],
        models: Collection[pulumi.Resource] = (),
        resolvers: Collection[str] = (NODE_LOCAL_DNS,),
        tags: Mapping[str, str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`keys`: API keys by consumer; `pools`: pools of the stack; `models`: backends of the routes;
        `resolvers`: addresses of NodeLocal DNSCache; `tags`: of the load balancer, on AWS."""
        super().__init__("gpu-cluster:index:PlatformGateway", name, None, opts)
        if tags:
            settings = with_tags(settings, tags)
        namespaces = routed_namespaces(stack)
        login = pull_secret_of(stack)
        nodes = ServerNodes.of(pools, settings.pool)
        controllers: list[pulumi.Resource] = []
        limits = RateLimitImages(RATE_LIMIT.at(stack.mirror), VALKEY.at(stack.mirror))
        if settings.is_installed:
            controllers.append(
                EnvoyGateway(
                    f"{name}-controller",
                    image=ENVOY_GATEWAY.at(stack.mirror),
                    charts=stack.registry.charts or charts_below(CHARTS, stack.registry.mirror),
                    proxies=settings.replicas,
                    nodes=nodes,
                    models=namespaces,
                    limits=limits if settings.counts_tokens else None,
                    backends=bool(picked_models(settings, stack.serving.models)),
                    api_installed=settings.api_installed,
                    pull_secret=login,
                    resolvers=resolvers,
                    scraper=stack.telemetry.collectors,
                    opts=pulumi.ResourceOptions(parent=self),
                )
            )
        gateway = Gateway(
            name,
            settings,
            image=ENVOY.at(stack.mirror),
            namespaces=list(namespaces),
            cluster=stack.cluster,
            nodes=nodes,
            pull_secret=login,
            opts=pulumi.ResourceOptions(parent=self, depends_on=controllers),
        )
        before: list[pulumi.Resource] = [gateway]
        if settings.counts_tokens:
            after = pulumi.ResourceOptions(parent=self, depends_on=[gateway])
            before.append(token_usage(name, opts=after))
        routes = routes_of(settings, stack.serving.models) if stack.serving.models else []
        before += self._pickers(name, stack, settings, nodes, [gateway, *models])
        if routes:
            GatewayRoutes(
                f"{name}-routes",
                stack.serving.namespace,
                routes,
                keys=keys,
                guarded=bool(settings.keys),
                envoy=settings.has_policies,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[*before, *models]),
            )
        self.urls = {route.name: route.url(settings) for route in routes}
        self.register_outputs({"urls": self.urls})

    def _pickers(
        self,
        name: str,
        stack: Stack,
        settings: GatewaySettings,
        nodes: ServerNodes,
        after: Sequence[pulumi.Resource],
    ) -> list[pulumi.Resource]:
        """Endpoint pickers of the models that have one, in their namespace."""
        if not (picked := picked_models(settings, stack.serving.models)):
            return []
        child = pulumi.ResourceOptions(parent=self, depends_on=after)
        made: list[pulumi.Resource] = [
            CustomResource(
                f"{name}-headers",
                api_version=ENVOY_API,
                kind="ClientTrafficPolicy",
                metadata=metadata(GATEWAY, NAMESPACE),
                spec=header_removal(),
                opts=child,
            ),
            pool_definition(name, opts=child),
            *access(name, stack.serving.namespace, opts=child),
        ]
        allowed = pulumi.ResourceOptions(parent=self, depends_on=made)
        for key in picked:
            made += endpoint_pickers(
                name,
                key,
                stack.serving.models[key],
                namespace=stack.serving.namespace,
                image=ENDPOINT_PICKER.at(stack.mirror),
                nodes=nodes,
                opts=allowed,
            )
        return made
