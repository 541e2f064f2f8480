"""The map of the house: what is built, in which order, and what each room gets from those before it."""

from typing import Any

import pulumi

from components.config.stack import Stack
from components.gpu import DevicePlugin
from components.images import REGISTRY, VLLM
from components.places import Build
from components.pools import Pool, pools_of
from components.registry import Registry
from components.replacement import old_first
from components.serving import Serving
from components.storage import StorageClasses


class Platform(pulumi.ComponentResource):
    """A GPU platform: the place that it stands on, and what is installed there.

    Platform("platform", stack, place=place_of(stack, project)).outputs
    # {"pools": {"l4": {"nodes": …}}, "storage": {"default": "standard"}, "models": {"chat": {"url": …}}}
    """

    outputs: dict[str, Any]

    def __init__(
        self,
        name: str,
        stack: Stack,
        *,
        place: Build,
        hub_token: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        replaced = pulumi.ResourceOptions(transformations=[old_first])
        super().__init__(
            "gpu-cluster:index:Platform", name, None, pulumi.ResourceOptions.merge(opts, replaced)
        )
        pools = pools_of(stack)

        here = place(name, stack, pulumi.ResourceOptions(parent=self))
        room = pulumi.ResourceOptions(parent=self, providers=[here.kubernetes], depends_on=here.ready)

        storage = StorageClasses(f"{name}-storage", stack.storage, backing=here.backing, opts=room)
        ready: list[pulumi.Resource] = [storage]
        if DevicePlugin.wanted(pools, gpus=stack.gpu.device_plugin):
            ready.append(
                DevicePlugin(
                    f"{name}-gpu",
                    pools,
                    gpus=stack.gpu.device_plugin,
                    mirror=stack.mirror,
                    region=stack.region,
                    opts=room,
                )
            )
        after = pulumi.ResourceOptions.merge(room, pulumi.ResourceOptions(depends_on=ready))

        self.outputs = {
            **here.outputs,
            "pools": {key: _summary(pool) for key, pool in pools.items()},
            "storage": {"default": storage.classes.default, "shared": sorted(storage.classes.shared)},
        }
        if stack.registry.in_cluster:
            registry = Registry(
                f"{name}-registry",
                stack.registry.in_cluster,
                image=REGISTRY.at(stack.mirror),
                opts=after,
            )
            self.outputs["registry"] = {"url": registry.url}

        if stack.serving.models:
            serving = Serving(
                f"{name}-serving",
                stack.serving,
                pools=pools,
                storage=storage.classes,
                image=VLLM.at(stack.mirror),
                hub_token=hub_token,
                opts=after,
            )
            self.outputs["models"] = {
                key: {"namespace": stack.serving.namespace, "name": key, "url": model.url}
                for key, model in serving.models.items()
            }

        self.register_outputs(self.outputs)


def _summary(pool: Pool) -> dict[str, Any]:
    """Nodes, machine and what one node offers of GPUs."""
    return {
        "nodes": {"min": pool.nodes.min, "max": pool.nodes.max},
        "machine": pool.machine,
        "gpus": dict(pool.extended),
    }
