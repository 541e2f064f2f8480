"""The servers of a node group: instances in an Auto Scaling group.

The group balances its zones: instances start in the zone with the fewest and terminate in the zone with the
most. In an update new nodes start in the zones of the nodes that they replace (Amazon EKS user guide,
managed-node-update-behavior, and EC2 Auto Scaling user guide, auto-scaling-benefits and
ec2-auto-scaling-availability-zone-balanced, 2026-11-30).
"""

import uuid
from collections import Counter
from collections.abc import Collection

from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.aws.eks import references
from gpu_cluster_tools.rehearsal.aws.eks.node_group_record import Document, NodeGroupInstance, NodeGroupRecord
from gpu_cluster_tools.rehearsal.aws.eks.records import ClusterRecord

_IMAGE = "ami-0e15e15e15e15e15e"  # placeholder for the AMI that EKS selects


def make_scaling_group(api: Api, cluster: ClusterRecord, group: NodeGroupRecord) -> None:
    """The Auto Scaling group and the launch template that EKS makes for a node group."""
    id = str(uuid.uuid4())
    template = api.call(
        "ec2",
        "CreateLaunchTemplate",
        LaunchTemplateName=f"eks-{id}",
        LaunchTemplateData={"ImageId": _IMAGE, "InstanceType": group.instance_type},
    )["LaunchTemplate"]["LaunchTemplateId"]
    name = f"eks-{group.name}-{id}"
    scaling = group.document["scalingConfig"]
    tags = {
        "eks:cluster-name": cluster.name,
        "eks:nodegroup-name": group.name,
        f"kubernetes.io/cluster/{cluster.name}": "owned",
        "k8s.io/cluster-autoscaler/enabled": "true",
        f"k8s.io/cluster-autoscaler/{cluster.name}": "owned",
    }
    api.call(
        "autoscaling",
        "CreateAutoScalingGroup",
        AutoScalingGroupName=name,
        MinSize=0,  # instances are attached below, in the zones that are due
        MaxSize=max(scaling["maxSize"], 1),
        DesiredCapacity=0,
        LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
        VPCZoneIdentifier=",".join(group.document["subnets"]),
        Tags=[_tag(name, key, value) for key, value in tags.items()],
    )
    group.document["resources"] = {"autoScalingGroups": [{"name": name}]}


def launch(
    api: Api,
    cluster: ClusterRecord,
    group: NodeGroupRecord,
    count: int,
    *,
    leaving: Collection[NodeGroupInstance] = (),
) -> list[NodeGroupInstance]:
    """Launch `count` instances, in the zones with the fewest instances that are not `leaving`."""
    _make_room(api, group, len(group.instances) + count)
    taken = Counter(instance.subnet for instance in group.instances if instance not in leaving)
    found = {subnet["SubnetId"]: subnet for subnet in references.subnets(api, group.document["subnets"])}
    fresh: list[NodeGroupInstance] = []
    for _ in range(count):
        subnet = min(group.document["subnets"], key=taken.__getitem__)
        taken[subnet] += 1
        answer = api.call(
            "ec2",
            "RunInstances",
            MinCount=1,
            MaxCount=1,
            ImageId=_IMAGE,
            InstanceType=group.instance_type,
            NetworkInterfaces=[
                {
                    "DeviceIndex": 0,
                    "SubnetId": subnet,
                    "Groups": _groups(cluster, group),
                    "DeleteOnTermination": True,
                }
            ],
            TagSpecifications=[
                {
                    "ResourceType": "instance",
                    "Tags": [
                        {"Key": "eks:cluster-name", "Value": cluster.name},
                        {"Key": "eks:nodegroup-name", "Value": group.name},
                    ],
                }
            ],
        )["Instances"][0]
        fresh.append(
            NodeGroupInstance(
                id=answer["InstanceId"],
                type=group.instance_type,
                address=answer["PrivateIpAddress"],
                zone=found[subnet]["AvailabilityZone"],
                subnet=subnet,
            )
        )
    if fresh:
        ids = [instance.id for instance in fresh]
        api.call("autoscaling", "AttachInstances", AutoScalingGroupName=group.scaling_group, InstanceIds=ids)
        group.instances = [*group.instances, *fresh]
    return fresh


def surplus(group: NodeGroupRecord, count: int) -> list[NodeGroupInstance]:
    """Select `count` instances to terminate, from the zones with the most instances."""
    kept = list(group.instances)
    doomed: list[NodeGroupInstance] = []
    for _ in range(count):
        present = Counter(instance.subnet for instance in kept)
        doomed.append(max(reversed(kept), key=lambda instance: present[instance.subnet]))
        kept.remove(doomed[-1])
    return doomed


def terminate(api: Api, group: NodeGroupRecord, doomed: list[NodeGroupInstance]) -> None:
    ids = [instance.id for instance in doomed]
    if not ids:
        return
    api.call(
        "autoscaling",
        "DetachInstances",
        AutoScalingGroupName=group.scaling_group,
        InstanceIds=ids,
        ShouldDecrementDesiredCapacity=True,
    )
    api.call("ec2", "TerminateInstances", InstanceIds=ids)
    group.instances = [instance for instance in group.instances if instance not in doomed]


def resize(api: Api, group: NodeGroupRecord) -> None:
    """Set new bounds of the Auto Scaling group, once its instances are within them."""
    scaling = group.document["scalingConfig"]
    api.call(
        "autoscaling",
        "UpdateAutoScalingGroup",
        AutoScalingGroupName=group.scaling_group,
        MinSize=scaling["minSize"],
        MaxSize=scaling["maxSize"],
    )


def remove_scaling_group(api: Api, group: NodeGroupRecord) -> None:
    name = group.scaling_group
    described = api.call("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=[name])
    template: Document = described["AutoScalingGroups"][0]["LaunchTemplate"]
    api.call("autoscaling", "DeleteAutoScalingGroup", AutoScalingGroupName=name, ForceDelete=True)
    api.call("ec2", "DeleteLaunchTemplate", LaunchTemplateId=template["LaunchTemplateId"])


def _make_room(api: Api, group: NodeGroupRecord, count: int) -> None:
    """Widen the bounds of the Auto Scaling group while old and new instances are side by side."""
    high = max(group.document["scalingConfig"]["maxSize"], count)
    name = group.scaling_group
    api.call("autoscaling", "UpdateAutoScalingGroup", AutoScalingGroupName=name, MinSize=0, MaxSize=high)


def _groups(cluster: ClusterRecord, group: NodeGroupRecord) -> list[str]:
    """The security groups of the launch template, or the cluster's own."""
    own: list[str] = [cluster.document["resourcesVpcConfig"]["clusterSecurityGroupId"]]
    interfaces: list[Document] = group.template.get("NetworkInterfaces") or [{}]
    return group.template.get("SecurityGroupIds") or interfaces[0].get("Groups") or own


def _tag(group: str, key: str, value: str) -> Document:
    return {
        "ResourceId": group,
        "ResourceType": "auto-scaling-group",
        "Key": key,
        "Value": value,
        "PropagateAtLaunch": True,
    }
