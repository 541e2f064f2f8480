"""A whole platform."""

from pathlib import Path
from typing import Any, Self, TypedDict, cast

import pulumi
from pulumi.errors import InputPropertiesError

from gpu_cluster.cluster_choice import backend_for
from gpu_cluster.component_provider.inputs import stack_from
from gpu_cluster.kubernetes.cluster import NoKubeconfigError
from gpu_cluster.platform import Platform as _Platform

_TOKEN = {"secure": "v1:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAA=="}
"""Ciphertext instead of a token that comes as an input, beside the settings."""


class PlatformArgs(TypedDict):
    """Arguments of a platform."""

    stack: dict[str, Any]
    """Sections of a stack file without the prefix gpu-cluster:, and aws:region. Paths are absolute."""

    hub_token: pulumi.Input[str] | None
    """Token of the model hub for gated models. Default: none."""

    registry_password: pulumi.Input[str] | None
    """Password of registry.login, which names the user at the mirror. Default: none."""

    gateway_keys: dict[str, pulumi.Input[str]] | None
    """API keys of the gateway by consumer. Default: none."""


class Platform(pulumi.ComponentResource):
    """A GPU platform, as the sections of a stack file say: cluster, pools, storage, models, teams."""

    outputs: dict[str, Any]
    """Outputs by section: pools, storage, registry, models, teams, and with provider eks the cluster."""

    def __new__(cls, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None) -> Self:
        sections, token = args["stack"], args.get("hub_token")
        if token is not None:
            serving = {"hubToken": _TOKEN, **sections.get("serving", {})}
            sections = {**sections, "serving": serving}
        password = args.get("registry_password")
        if password is not None:
            sections = {**sections, "registry": _with_password(sections.get("registry", {}))}
        keys = args.get("gateway_keys")
        if keys:
            gateway = {**sections.get("gateway", {}), "keys": dict.fromkeys(keys, _TOKEN)}
            sections = {**sections, "gateway": gateway}
        stack = stack_from(sections)
        if stack.registry.login and password is None:
            raise InputPropertiesError("registry.login needs registryPassword")
        try:
            backend = backend_for(stack, Path.cwd())
        except NoKubeconfigError as error:
            raise InputPropertiesError(str(error)) from None
        made = _Platform(
            name,
            stack,
            backend=backend,
            hub_token=token,
            registry_password=password,
            gateway_keys=keys,
            opts=opts,
        )
        return cast(Self, made)

    def __init__(self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """The types of the schema; `__new__` makes the component."""


def _with_password(registry: dict[str, Any]) -> dict[str, Any]:
    return {**registry, "login": {"password": _TOKEN, **registry.get("login", {})}}
