"""Nodes as the kubelets of servers register them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lightkube.models.core_v1 import NodeAddress, NodeSpec, NodeStatus, Taint
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Node

from gpu_cluster.capacity import Resources, allocatable
from gpu_cluster.capacity.resources import GIB
from gpu_cluster_tools.rehearsal.aws.eks.node_group_record import NodeGroupInstance, NodeGroupRecord
from gpu_cluster_tools.rehearsal.control_plane.component_options import SIMULATED
from gpu_cluster_tools.rehearsal.simulated_nodes.host_devices import Devices, devices_of_image
from gpu_cluster_tools.rehearsal.simulated_nodes.instance_types import instance_types
from gpu_cluster_tools.rehearsal.simulated_nodes.nodes import system_info
from gpu_cluster_tools.rehearsal.simulated_nodes.server_hardware import server_of

EFFECTS = {
    "NO_SCHEDULE": "NoSchedule",
    "NO_EXECUTE": "NoExecute",
    "PREFER_NO_SCHEDULE": "PreferNoSchedule",
}
"""Kubernetes taint effects by their names in EKS."""

_MAX_PODS = re.compile(r"max-?pods\"?\s*[:=]\s*(\d+)", re.IGNORECASE)
_NODE_LABEL = re.compile(r"--node-labels=([^=\"]+)=([^,\"\s]+)")
_LOCAL_DISKS = re.compile(r"\"?strategy\"?\s*:\s*\"?RAID|ephemeral-storage")


def registration(
    instance: NodeGroupInstance,
    *,
    capacity: Resources,
    devices: Devices,
    labels: Mapping[str, str],
    taints: list[Taint],
    bottlerocket: bool,
    version: str = "",
) -> Node:
    """Node of an instance. `labels` are additional labels; `version` is that of the kubelet.

    Bottlerocket reserves memory for the configured maximum of pods, nodeadm for all that interfaces support.
    Source: awslabs/amazon-eks-ami, nodeadm/internal/kubelet/config.go, 2026-02-13.
    """
    hardware = instance_types()[instance.type]
    own = {
        "kubernetes.io/hostname": instance.name,
        "kubernetes.io/arch": hardware.architecture,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": instance.type,
        "topology.kubernetes.io/region": instance.zone[:-1],
        "topology.kubernetes.io/zone": instance.zone,
    }
    reserved_pods = capacity.pods if bottlerocket else hardware.max_pods
    info = system_info(hardware.architecture)
    info.kubeletVersion = version
    info.osImage = "Bottlerocket OS" if bottlerocket else "Amazon Linux 2023"
    return Node(
        metadata=ObjectMeta(
            name=instance.name,
            labels=own | dict(labels),
            annotations={**SIMULATED, **devices.annotations()},
        ),
        spec=NodeSpec(providerID=f"aws:///{instance.zone}/{instance.id}", taints=taints),
        status=NodeStatus(
            capacity=capacity.quantities(),
            allocatable=allocatable(capacity, reserved_pods=reserved_pods).quantities(),
            addresses=[
                NodeAddress(type="InternalIP", address=instance.address),
                NodeAddress(type="InternalDNS", address=instance.name),
                NodeAddress(type="Hostname", address=instance.name),
            ],
            nodeInfo=info,
        ),
    )


def capacity_of(type: str, *, root_gib: int, joins_disks: bool, pods: int | None) -> Resources:
    """Capacity of a server with the disk and the number of pods that it is set up for.

    `joins_disks`: local disks hold images and pods; `pods`: None for as many as the type allows.
    """
    has = server_of(type).capacity
    joined = instance_types()[type].nvme_gb * 10**9 if joins_disks else 0
    return replace(has, ephemeral_bytes=joined or root_gib * GIB, pods=pods or has.pods)


@dataclass(frozen=True)
class Kubelet:
    """Kubelet of a new instance, with the present settings of its group."""

    group: NodeGroupRecord
    instance: NodeGroupInstance

    def node(self) -> Node:
        return registration(
            self.instance,
            capacity=self._capacity(),
            devices=self._devices(),
            labels=self._labels(),
            taints=taints_of(self.group),
            bottlerocket=self.group.document["amiType"].startswith("BOTTLEROCKET"),
            version=self._version(),
        )

    def _labels(self) -> dict[str, str]:
        document = self.group.document
        own = {
            "eks.amazonaws.com/nodegroup": self.group.name,
            "eks.amazonaws.com/nodegroup-image": document["releaseVersion"],
            "eks.amazonaws.com/capacityType": document["capacityType"],
        }
        if template := document.get("launchTemplate"):
            own["eks.amazonaws.com/sourceLaunchTemplateId"] = template["id"]
            own["eks.amazonaws.com/sourceLaunchTemplateVersion"] = template["version"]
        if document["amiType"].startswith("AL2023") and document["amiType"].endswith("NVIDIA"):
            own["nvidia.com/gpu.present"] = "true"  # nodeadm says so
        return own | dict(_NODE_LABEL.findall(self.group.user_data)) | document["labels"]

    def _capacity(self) -> Resources:
        most = _MAX_PODS.search(self.group.user_data)
        return capacity_of(
            self.instance.type,
            root_gib=self.group.root_gib,
            joins_disks=bool(_LOCAL_DISKS.search(self.group.user_data)),
            pods=int(most[1]) if most else None,
        )

    def _devices(self) -> Devices:
        """Devices that drivers of the image find: GPUs with a driver, EFA where interfaces have it."""
        interfaces = self.group.template.get("NetworkInterfaces", [])
        return devices_of_image(
            self.group.document["amiType"],
            self.group.user_data,
            gpus=instance_types()[self.instance.type].gpus,
            efa=sum(each.get("InterfaceType", "").startswith("efa") for each in interfaces),
        )

    def _version(self) -> str:
        """Kubelet version: in the AMI release of Amazon Linux, in the group's version for Bottlerocket."""
        release = self.group.document["releaseVersion"].partition("-")[0]
        version = self.group.document["version"]
        return f"v{release if release.startswith(version) else version + '.0'}-eks-0123456"


def taints_of(group: NodeGroupRecord) -> list[Taint]:
    return [
        Taint(key=taint["key"], value=taint.get("value", ""), effect=EFFECTS[taint["effect"]])
        for taint in group.document["taints"]
    ]
