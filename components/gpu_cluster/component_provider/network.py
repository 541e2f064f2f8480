"""The network of a cluster alone."""

from collections.abc import Mapping
from typing import Any, Self, TypedDict, cast

import pulumi

from gpu_cluster.aws.network import Network as _Network
from gpu_cluster.component_provider.inputs import Checked, checked_settings
from gpu_cluster.config.network import NetworkSettings


class NetworkArgs(TypedDict):
    """Arguments of a network."""

    settings: dict[str, Any]
    """Section network of a stack file, as gpu-cluster's reference has it."""

    account: str
    """AWS account, 12 digits."""

    region: str
    """AWS region."""

    logs_key: pulumi.Input[str]
    """ARN of the KMS key that encrypts flow logs."""

    protect: bool | None
    """Whether flow logs stay when the network goes. Default: true."""


def checked(args: Mapping[str, Any]) -> Checked[NetworkSettings]:
    return checked_settings(NetworkSettings, "network", args.get("settings"))


class Network(pulumi.ComponentResource):
    """A VPC with subnets in several zones, endpoints and flow logs, or the subnets of one that exists."""

    vpc_id: pulumi.Output[str]
    """Id of the VPC."""

    private: pulumi.Output[dict[str, str]]
    """Subnets of nodes, by zone."""

    public: pulumi.Output[dict[str, str]]
    """Subnets of load balancers that face the internet, by zone; empty without internet."""

    intra: pulumi.Output[dict[str, str]]
    """Subnets without a way out, by zone."""

    control_plane: pulumi.Output[dict[str, str]]
    """The two of them that a control plane takes, by zone."""

    pods: pulumi.Output[dict[str, str]]
    """Subnets of pods, by zone; empty where pods are in those of the nodes."""

    def __new__(cls, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> Self:
        made = _Network(
            name,
            checked(args).accepted(),
            account=args["account"],
            region=args["region"],
            logs_key=args["logs_key"],
            protect=args.get("protect") is not False,
            opts=opts,
        )
        return cast(Self, made)

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """The types of the schema; `__new__` makes the component."""
