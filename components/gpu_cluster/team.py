"""Stack of a team: workloads in its namespace, with only the permissions of its grant."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pulumi

from gpu_cluster.capacity import Pool, Route, aliases_of, counted_models, pools_of, routes_of_team, share_of
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.environment_outputs import EnvironmentOutputs
from gpu_cluster.images import PYTHON, VLLM
from gpu_cluster.kubernetes.delete_before_replace import delete_before_replace
from gpu_cluster.kubernetes.gateway import GatewayRoutes
from gpu_cluster.kubernetes.image_addresses import image_of, images_of, weights_images_of
from gpu_cluster.kubernetes.registry import pull_secrets
from gpu_cluster.kubernetes.registry.pull_secrets import pull_secret_of
from gpu_cluster.kubernetes.services import Service, store_claims
from gpu_cluster.kubernetes.serving import Model, Placement, hub_token_secret, mirrors, placements_of
from gpu_cluster.kubernetes.storage import classes_of
from gpu_cluster.kubernetes.teams import priority_class
from gpu_cluster.team_cluster import TeamBackendFactory


class Team(pulumi.ComponentResource):
    """Models, services and repositories of a team in an environment.

    Team("team", team, backend=team_backend_for(team, project), environment=outputs).outputs
    # {"namespace": "vision", "models": {"detect": {"url": …}}, "services": {…}, "repositories": {…}}
    """

    outputs: dict[str, Any]

    def __init__(
        self,
        name: str,
        team: TeamStack,
        *,
        backend: TeamBackendFactory,
        environment: EnvironmentOutputs,
        hub_token: pulumi.Input[str] | None = None,
        gateway_keys: Mapping[str, pulumi.Input[str]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        login = [pull_secrets] if team.environment.registry.login else []
        replaced = pulumi.ResourceOptions(transformations=[delete_before_replace, *login])
        super().__init__("gpu-cluster:index:Team", name, None, pulumi.ResourceOptions.merge(opts, replaced))
        stack, namespace, storage = team.environment, team.namespace, classes_of(team.environment.storage)
        pools = pools_of(stack)

        cluster = backend(name, team, environment, pulumi.ResourceOptions(parent=self))
        in_cluster = pulumi.ResourceOptions(parent=self, providers=[cluster.kubernetes])

        needs: list[pulumi.Resource] = []
        if hub_token is not None:
            needs.append(
                hub_token_secret(f"{name}-hub-token", namespace, hub_token, may_list=False, opts=in_cluster)
            )
        images = images_of(team.file.models, stack, VLLM.named, team=team.name)
        weights_images = weights_images_of(team.file.models, stack, team=team.name)
        aliases = aliases_of(team.file.gateway, team.file.models)
        counted = counted_models(team.file.gateway, team.file.models)
        mounted = {store for service in team.file.services.values() for store in service.stores}
        mounted |= {model.store for model in team.file.models.values() if model.store}
        claims = store_claims(f"{name}-store", namespace, mounted, stack.storage, opts=in_cluster)
        jobs = mirrors(
            name,
            team.file.models,
            namespace=namespace,
            stores=storage.stores,
            pools={},  # a team's pods without GPUs keep off the nodes that have some
            image=PYTHON.at(stack.mirror),
            hub=stack.serving.hub,
            token=hub_token is not None,
            claims=dict.fromkeys(mounted, claims),
            opts=_after(in_cluster, needs),
        )
        models = {
            key: Model(
                f"{name}-{key}",
                key,
                team.file.models[key],
                placement,
                namespace=namespace,
                storage=storage,
                image=images.get(key) or VLLM.at(stack.mirror),
                weights_image=weights_images.get(key),
                token=hub_token is not None,
                aliases=aliases.get(key, ()),
                login=pull_secret_of(stack),
                reports_usage=key in counted,
                opts=_after(
                    in_cluster, [*needs, *(claims if team.file.models[key].store else ()), *jobs.get(key, ())]
                ),
            )
            for key, placement in _placements(team, pools).items()
        }
        services = {
            key: Service(
                f"{name}-{key}",
                key,
                service,
                pool=pools[service.pool] if service.pool else None,
                namespace=namespace,
                image=image_of(service.image, stack, team=team.name),
                storage=storage,
                login=pull_secret_of(stack),
                opts=_after(in_cluster, [*claims, *cluster.repositories.values()]),
            )
            for key, service in team.file.services.items()
        }

        routes = _routes(team)
        if routes and stack.gateway:
            GatewayRoutes(
                f"{name}-routes",
                namespace,
                routes,
                keys=gateway_keys or {},
                guarded=bool(team.file.gateway and team.file.gateway.keys),
                envoy=stack.gateway.has_policies,
                may_list=False,
                opts=_after(in_cluster, [*models.values(), *services.values()]),
            )

        self.outputs = {
            "namespace": namespace,
            "models": {key: {"url": model.url} for key, model in models.items()},
            "services": {key: {"url": service.url} for key, service in services.items()},
            "repositories": dict(cluster.urls),
            **({"gateway": {"urls": _urls(team, routes)}} if routes else {}),
        }
        self.register_outputs(self.outputs)


def _routes(team: TeamStack) -> list[Route]:
    routed, settings = team.file.gateway, team.environment.gateway
    if routed is None or settings is None:
        return []
    return routes_of_team(settings, routed, team.name, team.file.models, team.file.services)


def _urls(team: TeamStack, routes: list[Route]) -> dict[str, str]:
    settings = team.environment.gateway
    return {route.name: route.url(settings) for route in routes} if settings else {}


def _placements(team: TeamStack, pools: Mapping[str, Pool]) -> dict[str, Placement]:
    """Placement of each model. An update can surge if one more replica of each is granted."""
    placed = placements_of(team.served.serving, pools)
    granted = share_of(team.grant, pools).gpus
    asked: Counter[tuple[str, str]] = Counter()
    for key, placement in placed.items():
        model = team.file.models[key]
        pods = (model.replicas.max + 1) * model.nodes
        asked[placement.pool.name, placement.request.resource] += pods * placement.request.count
    return {
        key: replace(
            placement,
            surge=placement.surge and _is_within(asked, placement, granted),
            priority_class=priority_class(placement.pool.name),
        )
        for key, placement in placed.items()
    }


def _is_within(
    asked: Mapping[tuple[str, str], int], placement: Placement, granted: Mapping[str, Mapping[str, int]]
) -> bool:
    pool, resource = placement.pool.name, placement.request.resource
    return asked[pool, resource] <= granted.get(pool, {}).get(resource, 0)


def _after(opts: pulumi.ResourceOptions, earlier: list[pulumi.Resource]) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=earlier))
