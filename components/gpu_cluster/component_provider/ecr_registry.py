"""A registry in ECR alone."""

from collections.abc import Mapping
from typing import Any, Self, TypedDict, cast

import pulumi

from gpu_cluster.aws.ecr import registry as ecr
from gpu_cluster.component_provider.inputs import Checked, checked_settings
from gpu_cluster.config.registry import RegistrySettings


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

    protect: bool | None
    """Whether to refuse to delete images. Default: true."""


def checked(args: Mapping[str, Any]) -> Checked[RegistrySettings]:
    return checked_settings(RegistrySettings, "registry", args.get("settings"))


class EcrRegistry(pulumi.ComponentResource):
    """Caches of public registries in ECR, and repositories with lifecycle rules, scans and immutable tags."""

    mirror: str
    """Registry from which images of the platform come."""

    urls: pulumi.Output[dict[str, str]]
    """Addresses of the repositories, by name."""

    def __new__(cls, name: str, args: EcrRegistryArgs, opts: pulumi.ResourceOptions | None = None) -> Self:
        settings = checked(args).accepted()
        made = ecr.EcrRegistry(
            name,
            settings,
            account=args["account"],
            region=args["region"],
            key=args["key"],
            images=(),
            protect=args.get("protect") is not False,
            opts=opts,
        )
        return cast(Self, made)

    def __init__(self, name: str, args: EcrRegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """The types of the schema; `__new__` makes the component."""
