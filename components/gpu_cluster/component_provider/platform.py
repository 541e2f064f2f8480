"""A whole platform."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self, TypedDict, cast

import pulumi
from pulumi.errors import InputPropertiesError

from gpu_cluster.cluster_choice import backend_for
from gpu_cluster.component_provider.inputs import detail, stack_from
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
    """API keys of the gateway by consumer; the names of consumers must be known. Default: none."""


class Platform(pulumi.ComponentResource):
    """A GPU platform, as the sections of a stack file say: cluster, pools, storage, models, teams."""

    outputs: dict[str, Any]
    """Outputs by section: pools, storage, registry, models, teams, and with provider eks the cluster."""

    def __new__(cls, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None) -> Self:
        sections, token = args["stack"], args.get("hub_token")
        if token is not None:
            sections = _with(sections, ["serving", "hubToken"], _TOKEN)
        password = args.get("registry_password")
        if password is not None:
            sections = _with(sections, ["registry", "login", "password"], _TOKEN)
        keys = args.get("gateway_keys")
        if keys:
            sections = _with(sections, ["gateway", "keys"], dict.fromkeys(keys, _TOKEN))
        stack = stack_from(sections)
        if stack.registry.login and password is None:
            raise InputPropertiesError(
                "an argument is missing", [detail("registryPassword", "stack.registry.login requires it")]
            )
        try:
            backend = backend_for(stack, Path.cwd())
        except NoKubeconfigError as error:
            reason = str(error).removeprefix("gpu-cluster:cluster.kubeconfig: ")
            raise InputPropertiesError(
                "the stack is wrong", [detail("stack.cluster.kubeconfig", reason)]
            ) from None
        made = _Platform(
            name,
            stack,
            backend=backend,
            hub_token=_secret(token),
            registry_password=_secret(password),
            gateway_keys={consumer: pulumi.Output.secret(key) for consumer, key in (keys or {}).items()},
            opts=opts,
        )
        return cast(Self, made)

    def __init__(self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """The types of the schema; `__new__` makes the component."""


def _secret(given: pulumi.Input[str] | None) -> pulumi.Input[str] | None:
    return None if given is None else pulumi.Output.secret(given)


def _with(given: Any, path: Sequence[str], value: Any) -> Any:
    """Sections with the value at the path; unchanged if a part of it is no map, which is an error itself."""
    if not path:
        return value
    if not isinstance(given, dict | None):
        return given
    sections = cast(dict[str, Any], given or {})
    return {**sections, path[0]: _with(sections.get(path[0]), path[1:], value)}
