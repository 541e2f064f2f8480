"""The nodes of one pool, started by EKS."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.nodes.launch_template import NodeContext, launch_template
from gpu_cluster.aws.nodes.repair import node_repair
from gpu_cluster.capacity import (
    GPU_RESOURCE,
    MIG_LABEL,
    Pool,
    ami_release,
    capacity_type,
    kubelet_version,
    minutes_to_replace,
    surges,
)
from gpu_cluster.catalog import ami_type
from gpu_cluster.catalog.today import now
from gpu_cluster.config.pool_capacity import CapacityBlock
from gpu_cluster.config.pools import PoolSettings

_SET_ELSEWHERE = ("kubernetes.io", "node.kubernetes.io", "topology.kubernetes.io", "eks.amazonaws.com")
"""Domains of labels that kubelet, cloud and EKS put on a node."""

_NODE_TEMPLATE = "k8s.io/cluster-autoscaler/node-template/resources"


class NodeGroup(pulumi.ComponentResource):
    """Managed node group with its launch template.

    Changes are made in place where EKS can, node by node. Other changes create a new group first, whose nodes
    take the pods of the old group; if the servers exist only once, the old group is deleted first.

    NodeGroup("platform-nodes-l4", pool, settings, context, role=role.arn).group.arn
    """

    group: aws.eks.NodeGroup

    def __init__(
        self,
        name: str,
        pool: Pool,
        settings: PoolSettings,
        context: NodeContext,
        *,
        role: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`role`: ARN of the role of nodes."""
        super().__init__("gpu-cluster:index:NodeGroup", name, None, opts)
        template = aws.ec2.LaunchTemplate(
            f"{name}-template",
            **launch_template(pool, settings, context),
            # Nodes cannot be taken from one capacity block into another: a new block is a new group.
            opts=pulumi.ResourceOptions(
                parent=self, replace_on_changes=["capacityReservationSpecification", "instanceType"]
            ),
        )
        self.group = aws.eks.NodeGroup(
            name,
            cluster_name=context.cluster_name,
            node_role_arn=role,
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            subnet_ids=[context.subnets[zone] for zone in pool.zones],
            labels=_labels(pool),
            taints=[_taint(taint) for taint in pool.taints],
            tags=_tags(pool),
            node_repair_config=node_repair(pool.gpus, enabled=settings.repair),
            **_image(pool, settings, context.version),
            **_size(pool, settings),
            opts=_changes(self, pool, settings),
        )
        block = settings.capacity.capacity_block
        if block and block.drain > now():
            _drain(name, self.group, block, self)
        self.register_outputs({"name": self.group.node_group_name})


def _labels(pool: Pool) -> dict[str, str]:
    """Labels of a group change on running nodes; the GPU division must not, and is in user data."""
    return {
        key: value
        for key, value in pool.labels.items()
        if key != MIG_LABEL and key.rpartition("/")[0] not in _SET_ELSEWHERE
    }


def _taint(taint: Mapping[str, str]) -> aws.eks.NodeGroupTaintArgs:
    effects = {
        "NoSchedule": "NO_SCHEDULE",
        "PreferNoSchedule": "PREFER_NO_SCHEDULE",
        "NoExecute": "NO_EXECUTE",
    }
    return aws.eks.NodeGroupTaintArgs(
        key=taint["key"], value=taint["value"] or None, effect=effects[taint["effect"]]
    )


def _tags(pool: Pool) -> dict[str, str]:
    """Scale-from-zero tags for the cluster autoscaler.

    It asks EKS for labels and taints, and for these tags of the group, and EC2 for the rest; of a GPU that is
    shared or divided EC2 knows nothing. Source: kubernetes/autoscaler, aws_manager.go, 2026-08-22.
    """
    offered = {GPU_RESOURCE: 0} if pool.gpus else {}
    offered |= pool.extended
    sizes = {resource: str(count) for resource, count in offered.items()}
    sizes["ephemeral-storage"] = str(pool.capacity.ephemeral_bytes)
    return {f"{_NODE_TEMPLATE}/{resource}": size for resource, size in sizes.items()}


def _image(pool: Pool, settings: PoolSettings, version: str) -> dict[str, Any]:
    """A pinned release: nodes change when the stack file does. The type of a block is in its template."""
    if settings.ami.id:
        return {
            "ami_type": "CUSTOM",
            "capacity_type": capacity_type(settings.capacity),
            "instance_types": None if settings.capacity.capacity_block else [pool.machine],
        }
    in_template = settings.capacity.capacity_block is not None
    return {
        "ami_type": ami_type(settings.ami.family.value, pool.server),
        "version": kubelet_version(settings, version),
        "release_version": ami_release(settings, version),
        "capacity_type": capacity_type(settings.capacity),
        "instance_types": None if in_template else [pool.machine],
    }


def _size(pool: Pool, settings: PoolSettings) -> dict[str, Any]:
    nodes, update = pool.nodes, settings.update
    return {
        "scaling_config": {"min_size": nodes.min, "max_size": nodes.max, "desired_size": nodes.min},
        "update_config": {
            "max_unavailable": update.max_unavailable,
            "update_strategy": "DEFAULT" if surges(settings) else "MINIMAL",
        },
    }


def _changes(parent: pulumi.Resource, pool: Pool, settings: PoolSettings) -> pulumi.ResourceOptions:
    minutes = max(60, minutes_to_replace(pool.nodes.max, settings.update.max_unavailable))
    return pulumi.ResourceOptions(
        parent=parent,
        delete_before_replace=not surges(settings),
        # The autoscaler sets the number of nodes; without a range it is fixed.
        ignore_changes=["scalingConfig.desiredSize"] if pool.nodes.min < pool.nodes.max else [],
        custom_timeouts=pulumi.CustomTimeouts(update=f"{minutes}m"),
    )


def _drain(name: str, group: aws.eks.NodeGroup, block: CapacityBlock, parent: pulumi.Resource) -> None:
    """Drain the nodes while there is time to move their pods, and start no new ones.

    EKS empties the group 40 minutes before the block ends, AWS ends its servers 30 minutes before.
    Source: Amazon EKS user guide, capacity-blocks-mng, 2026-08-22.

    Auto Scaling forgets a one-time action once it has run and refuses one in the past, so a refresh after the
    drain would make the next update fail; none is declared then. The action is deleted with its group only:
    it may run up to two minutes late, and an update in between must not delete it.
    Source: EC2 Auto Scaling user guide, schedule_time; hashicorp/terraform-provider-aws #3033, #19446;
    2026-11-30.
    """
    aws.autoscaling.Schedule(
        f"{name}-drain",
        scheduled_action_name="drain-before-the-block-ends",
        autoscaling_group_name=group.resources.apply(_scaling_group),
        start_time=block.drain.strftime("%Y-%m-%dT%H:%M:%SZ"),
        min_size=0,
        max_size=0,
        desired_capacity=0,
        opts=pulumi.ResourceOptions(parent=parent, retain_on_delete=True),
    )


def _scaling_group(resources: Sequence[aws.eks.outputs.NodeGroupResource] | None) -> str:
    """The name of the one Auto Scaling group that EKS makes for a node group."""
    made = (group.name for each in resources or () for group in each.autoscaling_groups or ())
    return next(made, None) or ""
