"""A control plane of EKS alone."""

from collections.abc import Mapping, Sequence
from typing import Any, Self, TypedDict, cast

import pulumi

from gpu_cluster.aws import eks
from gpu_cluster.aws.keys import KeyUsage
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
from gpu_cluster.config.zone import is_local


class EksClusterArgs(TypedDict):
    """Arguments of a control plane."""

    stack: dict[str, Any]
    """Sections cluster, network and pools of a stack file without the prefix gpu-cluster:, and aws:region."""

    vpc_id: pulumi.Input[str]
    """Id of the VPC."""

    cidrs: list[str]
    """Ranges of the VPC, which reach the API server."""

    subnets: pulumi.Input[dict[str, pulumi.Input[str]]]
    """Subnets of the control plane by zone, of the first two zones of the network."""

    pod_subnets: pulumi.Input[dict[str, pulumi.Input[str]]] | None
    """Subnets of pods by zone, where the network has a podCidr. Default: none."""

    cluster_key: pulumi.Input[str]
    """ARN of the KMS key that encrypts secrets of Kubernetes."""

    logs_key: pulumi.Input[str]
    """ARN of the KMS key that encrypts logs."""

    protect: bool | None
    """Whether to refuse to delete the cluster. Default: true."""


def checked(args: Mapping[str, Any]) -> Checked[Stack]:
    stack = args.get("stack")
    zones = zones_in(stack)
    missing = missing_zones("subnets", args.get("subnets"), _of_control_plane(zones))
    missing += missing_zones("podSubnets", args.get("pod_subnets"), zones)
    return checked_eks_stack(stack).also(missing)


def _of_control_plane(zones: Sequence[str]) -> list[str]:
    return [zone for zone in zones if not is_local(zone)][:2]


class EksCluster(pulumi.ComponentResource):
    """A control plane of EKS with access entries, encryption, logs, and the add-ons that nodes need."""

    cluster_name: pulumi.Output[str]
    """Name of the cluster."""

    endpoint: pulumi.Output[str]
    """Address of the API server."""

    authority: pulumi.Output[str]
    """Certificate of the cluster's authority, in base64."""

    service_cidr: pulumi.Output[str]
    """Range of the addresses of services."""

    security_group_id: pulumi.Output[str]
    """Security group of nodes and control plane."""

    kubeconfig: pulumi.Output[str]
    """Kubeconfig as JSON, which holds no credential."""

    def __new__(cls, name: str, args: EksClusterArgs, opts: pulumi.ResourceOptions | None = None) -> Self:
        stack = checked(args).accepted()
        settings, network = eks_settings(stack)
        pod_subnets = args.get("pod_subnets")
        made = eks.EksCluster(
            name,
            settings,
            pools=pools_of(stack),
            vpc_id=args["vpc_id"],
            cidrs=args["cidrs"],
            subnets=by_zone("subnets", args["subnets"], _of_control_plane(network.zones)),
            pod_subnets=by_zone("podSubnets", pod_subnets, network.zones) if pod_subnets is not None else {},
            keys={KeyUsage.CLUSTER: args["cluster_key"], KeyUsage.LOGS: args["logs_key"]},
            region=stack.region or "",
            protect=args.get("protect") is not False,
            opts=opts,
        )
        return cast(Self, made)

    def __init__(self, name: str, args: EksClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """The types of the schema; `__new__` makes the component."""
