"""The launch template of a node group."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from gpu_cluster.aws.nodes.user_data import ClusterAddress, user_data
from gpu_cluster.capacity import POOL_LABEL, Pool, root_disk
from gpu_cluster.catalog import Interface, efa_interfaces
from gpu_cluster.config.pool_capacity import Capacity
from gpu_cluster.config.pools import AmiFamily, PoolSettings

_ONE = (Interface(0, 0, "interface"),)
_TAGGED = ("instance", "volume", "network-interface")


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeContext:
    """Cluster, network and keys that every node of a cluster has."""

    cluster_name: pulumi.Input[str]
    version: str
    """Kubernetes version of the control plane."""

    subnets: Mapping[str, pulumi.Input[str]]
    """Ids of the private subnets by zone."""

    security_group: pulumi.Input[str]
    """Id of the cluster's own security group: all its members reach each other, by EFA too."""

    volumes_key: pulumi.Input[str]
    """ARN of the key that volumes are encrypted with."""

    endpoint: pulumi.Input[str] = ""
    authority: pulumi.Input[str] = ""
    service_cidr: pulumi.Input[str] = ""
    """API server address for nodes with a custom image."""

    tags: Mapping[str, str]
    """Tags of instances, volumes and interfaces: resources of a launch template do not get the provider's
    default tags."""


def launch_template(pool: Pool, settings: PoolSettings, context: NodeContext) -> dict[str, Any]:
    """Arguments of an `aws.ec2.LaunchTemplate`."""
    tags = {**context.tags, POOL_LABEL: pool.name, "Name": pool.name}
    return {
        "description": f"Nodes of pool {pool.name}",
        **_image(settings),
        "user_data": _user_data(pool, settings, context),
        "metadata_options": {
            "http_endpoint": "enabled",
            "http_tokens": "required",
            "http_put_response_hop_limit": 1,
        },
        "block_device_mappings": _volumes(settings, context),
        "network_interfaces": _interfaces(pool, settings, context),
        "tag_specifications": [{"resource_type": kind, "tags": tags} for kind in _TAGGED],
        "update_default_version": True,
        **_market(pool, settings.capacity),
    }


def _image(settings: PoolSettings) -> dict[str, str]:
    return {"image_id": settings.ami.id} if settings.ami.id else {}


def _user_data(pool: Pool, settings: PoolSettings, context: NodeContext) -> pulumi.Input[str]:
    """User data in base64. For a custom image, EKS adds nothing, so it includes the cluster."""
    if not settings.ami.id:
        return _encoded(user_data(pool, settings))
    return pulumi.Output.all(
        context.cluster_name, context.endpoint, context.authority, context.service_cidr
    ).apply(lambda it: _encoded(user_data(pool, settings, ClusterAddress(*it))))


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _volumes(settings: PoolSettings, context: NodeContext) -> list[dict[str, Any]]:
    """Bottlerocket has its system on one volume, and images, logs and pods on another."""
    encrypted = {
        "volume_type": "gp3",
        "encrypted": "true",
        "kms_key_id": context.volumes_key,
        "delete_on_termination": "true",
    }
    disk = root_disk(settings)
    sized = {"volume_size": disk.size_gib, "iops": disk.iops, "throughput": disk.throughput}
    if settings.ami.family is AmiFamily.BOTTLEROCKET:
        return [
            {"device_name": "/dev/xvda", "ebs": encrypted},
            {"device_name": "/dev/xvdb", "ebs": encrypted | sized},
        ]
    return [{"device_name": "/dev/xvda", "ebs": encrypted | sized}]


def _interfaces(pool: Pool, settings: PoolSettings, context: NodeContext) -> list[dict[str, Any]]:
    """Network interfaces in the cluster security group, without a public address."""
    wanted = (efa_interfaces(pool.server) if settings.efa else ()) or _ONE
    return [
        {
            "network_card_index": each.card,
            "device_index": each.device,
            "interface_type": each.kind,
            "associate_public_ip_address": "false" if len(wanted) == 1 else None,
            "delete_on_termination": "true",
            "security_groups": [context.security_group],
        }
        for each in wanted
    ]


def _market(pool: Pool, capacity: Capacity) -> dict[str, Any]:
    """Start instances in the capacity reservation only. The launch template has the instance type for a
    capacity block only, as EKS requires; otherwise the node group has it, where a change creates a new group
    before the old one is deleted."""
    if not capacity.reserved:
        return {}
    target = {"capacity_reservation_target": {"capacity_reservation_id": capacity.reserved.id}}
    if not capacity.capacity_block:
        return {"capacity_reservation_specification": target}
    return {
        "capacity_reservation_specification": target,
        "instance_market_options": {"market_type": "capacity-block"},
        "instance_type": pool.machine,
    }
