"""Node groups of a cluster on EKS alone."""

from collections.abc import Mapping
from typing import Any, Self, TypedDict, cast

import pulumi

from gpu_cluster.aws import nodes
from gpu_cluster.capacity import pools_of
from gpu_cluster.component_provider.inputs import (
    Checked,
    by_zone,
    checked_eks_stack,
    eks_settings,
    missing_zones,
    zones_in,
)
from gpu_cluster.config.stack import Stack


class NodeGroupsArgs(TypedDict):
    """Arguments of node groups."""

    stack: dict[str, Any]
    """Sections cluster, network and pools of a stack file without the prefix gpu-cluster:, and aws:region."""

    cluster_name: pulumi.Input[str]
    """Name of the cluster."""

    subnets: pulumi.Input[dict[str, pulumi.Input[str]]]
    """Subnets of nodes by zone, of each zone of the network."""

    security_group: pulumi.Input[str]
    """Security group of the cluster."""

    volumes_key: pulumi.Input[str]
    """ARN of the KMS key that encrypts the disks of nodes."""

    tags: dict[str, str] | None
    """Tags of instances and their disks. Default: none."""

    endpoint: pulumi.Input[str] | None
    """Address of the API server, for nodes with a custom image. Default: none."""

    authority: pulumi.Input[str] | None
    """Certificate of the cluster's authority in base64, for the same nodes. Default: none."""

    service_cidr: pulumi.Input[str] | None
    """Range of the addresses of services, for the same nodes. Default: none."""


def checked(args: Mapping[str, Any]) -> Checked[Stack]:
    stack = args.get("stack")
    return checked_eks_stack(stack).also(missing_zones("subnets", args.get("subnets"), zones_in(stack)))


class NodeGroups(pulumi.ComponentResource):
    """A managed node group for each pool that has provisioner node-group, all with one role."""

    names: pulumi.Output[dict[str, str]]
    """Names of the node groups, by pool."""

    def __new__(cls, name: str, args: NodeGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> Self:
        stack = checked(args).accepted()
        settings, network = eks_settings(stack)
        made = nodes.NodeGroups(
            name,
            pools_of(stack),
            stack.pools,
            cluster_name=args["cluster_name"],
            version=settings.version,
            subnets=by_zone("subnets", args["subnets"], network.zones),
            security_group=args["security_group"],
            volumes_key=args["volumes_key"],
            tags=args.get("tags"),
            endpoint=_or_empty(args.get("endpoint")),
            authority=_or_empty(args.get("authority")),
            service_cidr=_or_empty(args.get("service_cidr")),
            opts=opts,
        )
        return cast(Self, made)

    def __init__(self, name: str, args: NodeGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """The types of the schema; `__new__` makes the component."""


def _or_empty(given: pulumi.Input[str] | None) -> pulumi.Input[str]:
    return "" if given is None else given
