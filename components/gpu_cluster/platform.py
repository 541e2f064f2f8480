"""The platform: all components in the order of their dependencies."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pulumi

from gpu_cluster.capacity import Pool, aliases_of, counted_models, picked_models, pools_of, served_metrics
from gpu_cluster.capacity.addresses import endpoint_ranges
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.images import LWS, PAUSE, PYTHON, REGISTRY, VLLM
from gpu_cluster.kubernetes.cluster_backend import BackendFactory
from gpu_cluster.kubernetes.delete_before_replace import delete_before_replace
from gpu_cluster.kubernetes.extras import Extras
from gpu_cluster.kubernetes.gateway import PlatformGateway, served_traffic
from gpu_cluster.kubernetes.gpu import DevicePlugin
from gpu_cluster.kubernetes.gpu_repair import GpuRepair
from gpu_cluster.kubernetes.image_addresses import images_of, weights_images_of
from gpu_cluster.kubernetes.logs import Logs
from gpu_cluster.kubernetes.lws import LwsController
from gpu_cluster.kubernetes.on_call import OnCall
from gpu_cluster.kubernetes.registry import PullSecrets, PullSecretUse, Registry
from gpu_cluster.kubernetes.registry.pull_secrets import pull_secret_of
from gpu_cluster.kubernetes.serving import Serving
from gpu_cluster.kubernetes.serving.server import METRICS_PORTS, ports_of
from gpu_cluster.kubernetes.storage import StorageClasses
from gpu_cluster.kubernetes.teams import Teams
from gpu_cluster.kubernetes.telemetry import Telemetry
from gpu_cluster.repeated_objects import refuse_repeated_objects
from gpu_cluster.stack.manifests import manifests_of


class Platform(pulumi.ComponentResource):
    """GPU platform: a cluster and all components on it.

    Platform("platform", stack, backend=backend_for(stack, project)).outputs
    # {"pools": {"l4": {"nodes": …}}, "storage": {"default": "standard"}, "models": {"chat": {"url": …}}}
    """

    outputs: dict[str, Any]

    def __init__(
        self,
        name: str,
        stack: Stack,
        *,
        backend: BackendFactory,
        hub_token: pulumi.Input[str] | None = None,
        registry_password: pulumi.Input[str] | None = None,
        gateway_keys: Mapping[str, pulumi.Input[str]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`hub_token`: of the model hub; `registry_password`: at the mirror; `gateway_keys`: API keys of the
        gateway by consumer.

        `pulumi.RunError` if a manifest of the stack has an object of the platform, before any is created."""
        refuse_repeated_objects(stack)
        pulling = PullSecretUse()
        login = [pulling] if stack.registry.login else []
        replaced = pulumi.ResourceOptions(transformations=[delete_before_replace, *login])
        super().__init__(
            "gpu-cluster:index:Platform", name, None, pulumi.ResourceOptions.merge(opts, replaced)
        )
        pools = pools_of(stack)

        cluster = backend(name, stack, pulumi.ResourceOptions(parent=self))
        on_nodes = pulumi.ResourceOptions(
            parent=self, providers=[cluster.kubernetes], depends_on=cluster.nodes
        )
        served = _after(on_nodes, cluster.served)

        storage = StorageClasses(f"{name}-storage", stack.storage, backing=cluster.backing, opts=served)
        devices: list[pulumi.Resource] = []
        namespaces: list[pulumi.Resource] = []
        if DevicePlugin.wanted(pools, gpus=stack.gpu.device_plugin):
            plugin = DevicePlugin(
                f"{name}-gpu",
                pools,
                gpus=stack.gpu.device_plugin,
                mirror=stack.mirror,
                region=stack.region,
                opts=on_nodes,
            )
            devices.append(plugin)
            namespaces.append(plugin.namespace)

        if stack.gpu.repair:
            GpuRepair(f"{name}-gpu-repair", stack.gpu.repair, pools=pools, mirror=stack.mirror, opts=on_nodes)

        self.outputs = {
            **cluster.outputs,
            "pools": {key: _summary(pool) for key, pool in pools.items()},
            "storage": {"default": storage.classes.default, "shared": sorted(storage.classes.shared)},
        }
        if stack.registry.in_cluster:
            registry = Registry(
                f"{name}-registry",
                stack.registry.in_cluster,
                image=REGISTRY.at(stack.mirror),
                opts=_after(served, [storage]),
            )
            namespaces.append(registry.namespace)
            self.outputs["registry"] = {"url": registry.url}

        if stack.serving.installs_lws:
            devices.append(
                LwsController(
                    f"{name}-lws", image=LWS.at(stack.mirror), resolvers=stack.resolvers, opts=on_nodes
                )
            )

        models: list[pulumi.Resource] = []
        if stack.serving.models:
            serving = Serving(
                f"{name}-serving",
                stack.serving,
                pools=pools,
                storage=storage.classes,
                mounted=storage.made,
                image=VLLM.at(stack.mirror),
                images=images_of(stack.serving.models, stack, VLLM.named),
                weights_images=weights_images_of(stack.serving.models, stack),
                mirror_image=PYTHON.at(stack.mirror),
                pause_image=PAUSE.at(stack.mirror),
                hub_token=hub_token,
                resolvers=stack.resolvers,
                scraper=stack.telemetry.collectors,
                allowances=served_traffic(stack),
                pickers=len(picked_models(stack.gateway, stack.serving.models)),
                aliases=aliases_of(stack.gateway, stack.serving.models),
                login=pull_secret_of(stack),
                counted=counted_models(stack.gateway, stack.serving.models),
                opts=_after(served, devices),
            )
            namespaces.append(serving.namespace)
            models.append(serving)
            self.outputs["models"] = {
                key: {"namespace": stack.serving.namespace, "name": key, "url": model.url}
                for key, model in serving.models.items()
            }

        if stack.gateway:
            gateway = PlatformGateway(
                f"{name}-gateway",
                stack,
                stack.gateway,
                keys=gateway_keys or {},
                pools=pools,
                models=models,
                resolvers=stack.resolvers,
                tags=cluster.tags,
                opts=served,
            )
            self.outputs["gateway"] = {"urls": gateway.urls}

        if stack.teams:
            teams = Teams(
                f"{name}-teams",
                stack,
                pools=pools,
                on_aws=isinstance(stack.cluster, EksSettings),
                endpoints=endpoint_ranges(stack.network),
                resolvers=stack.resolvers,
                opts=served,
            )
            namespaces.append(teams)
            self.outputs["teams"] = {
                key: {**summary, **cluster.teams.get(key, {})} for key, summary in teams.summaries.items()
            }

        if stack.telemetry.enabled:
            telemetry = Telemetry(
                f"{name}-telemetry",
                stack.telemetry,
                pools=pools,
                storage=storage.classes,
                mirror=stack.mirror,
                models=stack.model_namespaces,
                metrics=served_metrics(stack),
                metrics_ports=sorted({*METRICS_PORTS, *ports_of(stack.serving.models.values())}),
                namespaces=namespaces,
                mounted=storage.made,
                blocks=_blocks(stack),
                region=stack.region,
                kubelet_certificates=isinstance(stack.cluster, EksSettings),
                gateway=bool(stack.gateway and stack.gateway.is_installed),
                resolvers=stack.resolvers,
                opts=served,
            )
            self.outputs["telemetry"] = {"url": telemetry.url}

        if stack.on_call:
            OnCall(
                f"{name}-on-call",
                stack.on_call,
                namespaces=stack.model_namespaces,
                opts=_after(served, namespaces),
            )

        if stack.logs:
            Logs(
                f"{name}-logs",
                stack.logs,
                pools=pools,
                storage=storage.classes,
                mirror=stack.mirror,
                region=stack.region,
                group=cluster.log_group,
                mounted=storage.made,
                resolvers=stack.resolvers,
                opts=served,
            )

        if stack.extras.manifests or stack.extras.charts:
            Extras(
                f"{name}-extras",
                stack.extras,
                objects=[(it.slug, it.content) for it in manifests_of(stack.extras.manifests or ())],
                namespaces=namespaces,
                opts=_after(served, [storage]),
            )

        if stack.registry.login and stack.mirror and registry_password is not None:
            PullSecrets(
                f"{name}-login",
                pulling.namespaces,
                host=stack.mirror.partition("/")[0],
                user=stack.registry.login.user,
                password=registry_password,
                opts=pulumi.ResourceOptions(parent=self, providers=[cluster.kubernetes]),
            )

        self.register_outputs(self.outputs)


def _after(opts: pulumi.ResourceOptions, earlier: Sequence[pulumi.Resource]) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=earlier))


def _blocks(stack: Stack) -> dict[str, datetime]:
    """Ends of capacity blocks by pool."""
    bought = {name: pool.capacity.capacity_block for name, pool in stack.pools.items()}
    return {name: block.end for name, block in bought.items() if block}


def _summary(pool: Pool) -> dict[str, Any]:
    """Nodes, machine and what one node offers of GPUs."""
    return {
        "nodes": {"min": pool.nodes.min, "max": pool.nodes.max},
        "machine": pool.machine,
        "gpus": dict(pool.extended),
    }
