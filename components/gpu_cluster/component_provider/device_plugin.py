"""Device plugins alone."""

from collections.abc import Mapping
from typing import Any, Self, TypedDict, cast

import pulumi

from gpu_cluster.capacity import pools_of
from gpu_cluster.component_provider.inputs import Checked, checked_stack
from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes import gpu


class DevicePluginArgs(TypedDict):
    """Arguments of device plugins."""

    stack: dict[str, Any]
    """Sections cluster and pools of a stack file, as gpu-cluster's reference has them."""

    gpus: bool | None
    """Whether to offer and divide GPUs; false where something else does. Default: true."""


def checked(args: Mapping[str, Any]) -> Checked[Stack]:
    return checked_stack(args.get("stack"))


class DevicePlugin(pulumi.ComponentResource):
    """Device plugins for the pools of a cluster that is there: time slicing, MPS, MIG and EFA."""

    def __new__(cls, name: str, args: DevicePluginArgs, opts: pulumi.ResourceOptions | None = None) -> Self:
        stack, gpus = checked(args).accepted(), args.get("gpus") is not False
        made = gpu.DevicePlugin(
            name, pools_of(stack), gpus=gpus, mirror=stack.mirror, region=stack.region, opts=opts
        )
        return cast(Self, made)

    def __init__(self, name: str, args: DevicePluginArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """The types of the schema; `__new__` makes the component."""
