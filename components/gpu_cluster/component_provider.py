"""Components for programs in TypeScript, Go, C#, Java and YAML: the package that `pulumi package add` offers.

The schema is inferred from the classes of this module, which declare arguments and outputs. They make the
components of the same names of `gpu_cluster`, with the same tokens.
"""

import sys
from pathlib import Path
from typing import Any, NotRequired, Self, TypedDict, cast

import pulumi
from pulumi.errors import InputPropertiesError, InputPropertyErrorDetails
from pulumi.provider import ConstructResult
from pulumi.provider import main as serve
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError
from pydantic import ValidationError

from gpu_cluster.aws.ecr import registry as ecr
from gpu_cluster.capacity import pools_of
from gpu_cluster.cluster_choice import backend_for
from gpu_cluster.config.registry import RegistrySettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes import gpu
from gpu_cluster.kubernetes.cluster import NoKubeconfigError
from gpu_cluster.platform import Platform as _Platform
from gpu_cluster.stack import StackFileError
from gpu_cluster.stack.load import stack_of
from gpu_cluster.stack.sections import NAMESPACE

PACKAGE, VERSION = "gpu-cluster", "0.2.0"

_TOKEN = {"secure": "v1:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAA=="}
"""Ciphertext in the place of a token that comes as an input, beside the settings."""


class PlatformArgs(TypedDict):
    """Arguments of a platform."""

    stack: dict[str, Any]
    """Sections of a stack file without the prefix gpu-cluster:, and aws:region. Paths are absolute."""

    hub_token: NotRequired[pulumi.Input[str]]
    """Token of the model hub for gated models. Default: none."""

    registry_password: NotRequired[pulumi.Input[str]]
    """Password of registry.login, which names the user at the mirror. Default: none."""


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
        stack = _stack(sections)
        if stack.registry.login and password is None:
            raise InputPropertiesError("registry.login needs registryPassword")
        try:
            place = backend_for(stack, Path.cwd())
        except NoKubeconfigError as error:
            raise InputPropertiesError(str(error)) from None
        made = _Platform(name, stack, place=place, hub_token=token, registry_password=password, opts=opts)
        return cast(Self, made)

    def __init__(self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """The types of the schema; `__new__` makes the component."""


class DevicePluginArgs(TypedDict):
    """Arguments of device plugins."""

    stack: dict[str, Any]
    """Sections cluster and pools of a stack file, as gpu-cluster's reference has them."""

    gpus: NotRequired[bool]
    """Whether to offer and divide GPUs; false where something else does. Default: true."""


class DevicePlugin(pulumi.ComponentResource):
    """Device plugins for the pools of a cluster that is there: time slicing, MPS, MIG and EFA."""

    def __new__(cls, name: str, args: DevicePluginArgs, opts: pulumi.ResourceOptions | None = None) -> Self:
        stack, gpus = _stack(args["stack"]), args.get("gpus", True)
        made = gpu.DevicePlugin(
            name, pools_of(stack), gpus=gpus, mirror=stack.mirror, region=stack.region, opts=opts
        )
        return cast(Self, made)

    def __init__(self, name: str, args: DevicePluginArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """The types of the schema; `__new__` makes the component."""


class EcrRegistryArgs(TypedDict):
    """Arguments of a registry."""

    settings: dict[str, Any]
    """Section registry of a stack file, as gpu-cluster's reference has it."""

    account: str
    """AWS account, 12 digits."""

    region: str
    """AWS region."""

    key: pulumi.Input[str]
    """ARN of the KMS key that encrypts images."""

    protect: NotRequired[bool]
    """Whether to refuse to delete images. Default: true."""


class EcrRegistry(pulumi.ComponentResource):
    """Caches of public registries in ECR, and repositories with lifecycle rules, scans and immutable tags."""

    mirror: str
    """Registry from which images of the platform come."""

    urls: pulumi.Output[dict[str, str]]
    """Addresses of the repositories, by name."""

    def __new__(cls, name: str, args: EcrRegistryArgs, opts: pulumi.ResourceOptions | None = None) -> Self:
        try:
            settings = RegistrySettings.model_validate(_whole(args["settings"]))
        except ValidationError as error:
            details = [
                _detail(".".join(["settings", *map(str, it["loc"])]), it["msg"]) for it in error.errors()
            ]
            raise InputPropertiesError("the settings are wrong", details) from None
        made = ecr.EcrRegistry(
            name,
            settings,
            account=args["account"],
            region=args["region"],
            key=args["key"],
            images=(),
            protect=args.get("protect", True),
            opts=opts,
        )
        return cast(Self, made)

    def __init__(self, name: str, args: EcrRegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """The types of the schema; `__new__` makes the component."""


COMPONENTS: list[type[pulumi.ComponentResource]] = [DevicePlugin, EcrRegistry, Platform]


class Provider(ComponentProvider):
    """The provider, whose wrong inputs end as their messages, without a traceback."""

    def __init__(self) -> None:
        super().__init__(COMPONENTS, PACKAGE, version=VERSION)

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if isinstance(error.inner, InputPropertiesError):
                raise error.inner from None
            raise


def main() -> None:
    """Serve the engine until it hangs up."""
    serve(Provider(), sys.argv[1:])


def _stack(sections: dict[str, Any]) -> Stack:
    """`InputPropertiesError` with everything that is wrong with the sections."""
    try:
        return stack_of(_whole(sections))
    except StackFileError as error:
        own = f"{NAMESPACE}:"
        details = [_detail(f"stack.{it.key.removeprefix(own)}", it.message) for it in error.problems]
        raise InputPropertiesError("the stack is wrong", details) from None


def _with_password(registry: dict[str, Any]) -> dict[str, Any]:
    return {**registry, "login": {"password": _TOKEN, **registry.get("login", {})}}


def _detail(path: str, reason: str) -> InputPropertyErrorDetails:
    return {"property_path": path, "reason": reason}


def _whole(value: Any) -> Any:
    """Numbers as they were written: the engine hands over each as a float."""
    if isinstance(value, dict):
        given = cast(dict[str, Any], value)
        return {key: _whole(part) for key, part in given.items()}
    if isinstance(value, list):
        return [_whole(part) for part in cast(list[Any], value)]
    return int(value) if isinstance(value, float) and value.is_integer() else value
