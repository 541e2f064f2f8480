"""What the kubelet of a node group's server registers."""

import re
from dataclasses import dataclass, replace

from lightkube.models.core_v1 import NodeAddress, NodeSpec, NodeStatus, NodeSystemInfo, Taint
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Node

from components.catalog import INSTANCES
from components.pools import Resources, allocatable
from components.pools.resources import GIB
from rehearsal.aws.eks.node_group import Instance, NodeGroup
from rehearsal.devices import Devices, devices_of_image
from rehearsal.nodes import system_info
from rehearsal.servers import server_of

EFFECTS = {
    "NO_SCHEDULE": "NoSchedule",
    "NO_EXECUTE": "NoExecute",
    "PREFER_NO_SCHEDULE": "PreferNoSchedule",
}
"""Of taints, in the words of Kubernetes by those of EKS."""

_MAX_PODS = re.compile(r"max-?pods\"?\s*[:=]\s*(\d+)", re.IGNORECASE)
_NODE_LABEL = re.compile(r"--node-labels=([^=\"]+)=([^,\"\s]+)")
_LOCAL_DISKS = re.compile(r"\"?strategy\"?\s*:\s*\"?RAID|ephemeral-storage")


@dataclass(frozen=True)
class Kubelet:
    """The agent of a server that starts now, as its group is now."""

    group: NodeGroup
    instance: Instance

    def node(self) -> Node:
        has = self._capacity()
        return Node(
            metadata=ObjectMeta(
                name=self.instance.name,
                labels=self._labels(),
                annotations={"kwok.x-k8s.io/node": "fake", **self._devices().annotations()},
            ),
            spec=NodeSpec(
                providerID=f"aws:///{self.instance.zone}/{self.instance.id}", taints=taints_of(self.group)
            ),
            status=NodeStatus(
                capacity=has.quantities(),
                allocatable=allocatable(has, reserved_pods=self._reserved_pods(has)).quantities(),
                addresses=[
                    NodeAddress(type="InternalIP", address=self.instance.address),
                    NodeAddress(type="InternalDNS", address=self.instance.name),
                    NodeAddress(type="Hostname", address=self.instance.name),
                ],
                nodeInfo=self._system(),
            ),
        )

    def _labels(self) -> dict[str, str]:
        instance, architecture = self.instance, INSTANCES[self.instance.type].architecture
        document = self.group.document
        own = {
            "kubernetes.io/hostname": instance.name,
            "kubernetes.io/arch": architecture,
            "kubernetes.io/os": "linux",
            "node.kubernetes.io/instance-type": instance.type,
            "topology.kubernetes.io/region": instance.zone[:-1],
            "topology.kubernetes.io/zone": instance.zone,
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
        """What the machine has, with the disk and the number of pods that it is set up for."""
        has = server_of(self.instance.type).capacity
        local = INSTANCES[self.instance.type].nvme_gb * 10**9
        joined = local if _LOCAL_DISKS.search(self.group.user_data) else 0
        most = _MAX_PODS.search(self.group.user_data)
        return replace(
            has,
            ephemeral_bytes=joined or self.group.root_gib * GIB,
            pods=int(most[1]) if most else has.pods,
        )

    def _reserved_pods(self, capacity: Resources) -> int:
        """Bottlerocket reserves memory for the pods it is set up for, nodeadm for all that interfaces have.

        Source: awslabs/amazon-eks-ami, nodeadm/internal/kubelet/config.go, 2026-02-13.
        """
        return capacity.pods if self._is_bottlerocket() else INSTANCES[self.instance.type].max_pods

    def _devices(self) -> Devices:
        """What drivers of the image find: GPUs where it has a driver, EFA where interfaces have it."""
        interfaces = self.group.template.get("NetworkInterfaces", [])
        return devices_of_image(
            self.group.document["amiType"],
            self.group.user_data,
            gpus=INSTANCES[self.instance.type].gpus,
            efa=sum(each.get("InterfaceType", "").startswith("efa") for each in interfaces),
        )

    def _system(self) -> NodeSystemInfo:
        info = system_info(INSTANCES[self.instance.type].architecture)
        info.kubeletVersion = self._version()
        info.osImage = "Bottlerocket OS" if self._is_bottlerocket() else "Amazon Linux 2023"
        return info

    def _is_bottlerocket(self) -> bool:
        return self.group.document["amiType"].startswith("BOTTLEROCKET")

    def _version(self) -> str:
        """Of Amazon Linux the release says it, of Bottlerocket the version does."""
        release = self.group.document["releaseVersion"].partition("-")[0]
        version = self.group.document["version"]
        return f"v{release if release.startswith(version) else version + '.0'}-eks-0123456"


def taints_of(group: NodeGroup) -> list[Taint]:
    return [
        Taint(key=taint["key"], value=taint.get("value", ""), effect=EFFECTS[taint["effect"]])
        for taint in group.document["taints"]
    ]
