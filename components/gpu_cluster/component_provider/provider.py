"""The provider that serves the components to an engine."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
from pulumi.errors import InputPropertiesError, RunError
from pulumi.provider import ConstructResult
from pulumi.provider import main as serve
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

from gpu_cluster.component_provider import (
    device_plugin,
    ecr_registry,
    eks_cluster,
    network,
    node_groups,
    platform,
)
from gpu_cluster.component_provider.arguments import wrong_arguments
from gpu_cluster.component_provider.device_plugin import DevicePlugin
from gpu_cluster.component_provider.ecr_registry import EcrRegistry
from gpu_cluster.component_provider.eks_cluster import EksCluster
from gpu_cluster.component_provider.inputs import Checked, Problems
from gpu_cluster.component_provider.network import Network
from gpu_cluster.component_provider.node_groups import NodeGroups
from gpu_cluster.component_provider.platform import Platform

PACKAGE, VERSION = "gpu-cluster", "0.2.0"

COMPONENTS: list[type[pulumi.ComponentResource]] = [
    DevicePlugin,
    EcrRegistry,
    EksCluster,
    Network,
    NodeGroups,
    Platform,
]


_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], Checked[Any]]] = {
    "DevicePlugin": device_plugin.checked,
    "EcrRegistry": ecr_registry.checked,
    "EksCluster": eks_cluster.checked,
    "Network": network.checked,
    "NodeGroups": node_groups.checked,
    "Platform": platform.checked,
}
"""Checks of the arguments by component."""

SECRETS = frozenset({"hubToken", "registryPassword"})
"""Inputs that generated SDKs encrypt, also where a program gives them in plain text.

Not gatewayKeys: an SDK would hide the whole map, with the consumers that the component has to know.
"""

TRUE_BY_DEFAULT = frozenset({"gpus", "protect"})


class Provider(ComponentProvider):
    """The provider, whose wrong inputs end as their messages, without a traceback."""

    def __init__(self) -> None:
        super().__init__(COMPONENTS, PACKAGE, version=VERSION)
        self._described = _completed(json.loads(self.schema or "{}"))
        self.schema = json.dumps(self._described)

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        resource = self._described["resources"].get(resource_type)
        if resource and (wrong := wrong_arguments(resource, inputs)):
            others = self._other_problems(resource_type.rpartition(":")[2], inputs, wrong)
            raise InputPropertiesError("the arguments are wrong", [*wrong, *others])
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if isinstance(error.inner, InputPropertiesError):
                raise error.inner from None
            if isinstance(error.inner, RunError):
                raise InputPropertiesError(str(error.inner)) from None
            raise

    def _other_problems(self, component: str, inputs: Mapping[str, Any], wrong: Problems) -> Problems:
        """Problems that the component itself finds, apart from values of a wrong type."""
        names = self._component_defs[component].inputs_mapping
        given = {names[key]: it for key, it in inputs.items() if key in names and it is not None}
        known = [it["property_path"] for it in wrong]
        return [
            it
            for it in _CHECKS[component](given).problems
            if not any(_overlap(it["property_path"], path) for path in known)
        ]


def _overlap(one: str, other: str) -> bool:
    """Whether one path is the other, or below it."""
    shorter, longer = sorted((one, other), key=len)
    return longer == shorter or longer.startswith((f"{shorter}.", f"{shorter}["))


def _completed(schema: dict[str, Any]) -> dict[str, Any]:
    """The inferred schema, with facts that annotations of the classes cannot carry."""
    # An SDK for Go is a module then, as `pulumi package add` makes it. Without it `pulumi package gen-sdk`
    # writes the folder gpucluster and imports gpu-cluster.
    schema["meta"] = {"supportPack": True}
    for resource in schema["resources"].values():
        for name, described in resource["inputProperties"].items():
            if name in SECRETS:
                described["secret"] = True
            if name in TRUE_BY_DEFAULT:
                described["default"] = True
    return schema


def main() -> None:
    """Serve the engine until it hangs up."""
    serve(Provider(), sys.argv[1:])
