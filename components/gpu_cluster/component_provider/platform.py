"""A whole platform."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypedDict, cast

import pulumi

from gpu_cluster.cluster_choice import backend_for
from gpu_cluster.component_provider.inputs import (
    Checked,
    Problems,
    at,
    checked_settings,
    checked_stack,
    detail,
)
from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.cluster import NoKubeconfigError, kubeconfig_of
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


def checked(args: Mapping[str, Any]) -> Checked[Stack]:
    sections = _with_secrets(args)
    problems = _kubeconfig_problems(sections)
    if at(sections, "registry", "login") and args.get("registry_password") is None:
        problems.append(detail("registryPassword", "stack.registry.login requires it"))
    return checked_stack(sections).also(problems)


def _with_secrets(args: Mapping[str, Any]) -> Any:
    """Sections of a stack file, with ciphertext where secrets come as arguments of their own."""
    sections, keys = args.get("stack"), args.get("gateway_keys")
    if args.get("hub_token") is not None:
        sections = _with(sections, ["serving", "hubToken"], _TOKEN)
    if args.get("registry_password") is not None or at(sections, "registry", "login"):
        sections = _with(sections, ["registry", "login", "password"], _TOKEN)
    if keys and isinstance(keys, dict):
        sections = _with(sections, ["gateway", "keys"], dict.fromkeys(cast(dict[str, Any], keys), _TOKEN))
    return sections


def _kubeconfig_problems(sections: Any) -> Problems:
    """The kubeconfig of an existing cluster that is not there, also if other sections are wrong."""
    cluster, provider = at(sections, "cluster"), at(sections, "cluster", "provider")
    known = {"existing": ExistingCluster, "local": LocalCluster}
    kind = known.get(provider) if isinstance(provider, str) else None
    settings = checked_settings(kind, "cluster", cluster).value if kind else None
    try:
        if settings:
            kubeconfig_of(settings, Path.cwd())
    except NoKubeconfigError as error:
        reason = str(error).removeprefix("gpu-cluster:cluster.kubeconfig: ")
        return [detail("stack.cluster.kubeconfig", reason)]
    return []


class Platform(pulumi.ComponentResource):
    """A GPU platform, as the sections of a stack file say: cluster, pools, storage, models, teams."""

    outputs: dict[str, Any]
    """Outputs by section: pools, storage, registry, models, teams, and with provider eks the cluster."""

    def __new__(cls, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None) -> Self:
        stack = checked(args).accepted()
        token, password, keys = args.get("hub_token"), args.get("registry_password"), args.get("gateway_keys")
        made = _Platform(
            name,
            stack,
            backend=backend_for(stack, Path.cwd()),
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
