# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# lightkube's models contain bare dicts

import base64
from typing import Any

import pytest

from gpu_cluster.config.quantity import amount
from gpu_cluster_tools.rehearsal.aws.eks.node_group_record import NodeGroupInstance, NodeGroupRecord
from gpu_cluster_tools.rehearsal.aws.kubelet import Kubelet
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import labels_of
from gpu_cluster_tools.rehearsal.simulated_nodes.host_devices import Devices

RAID = (
    '{"spec": {"instance": {"localStorage": {"strategy": "RAID0"}}, "kubelet": {"config": {"maxPods": 110}}}}'
)
BOTTLEROCKET = '[settings.kubernetes]\nmax-pods = 58\ncommands = [["apiclient", "ephemeral-storage", "init"]]'


def _kubelet(type: str = "g6.4xlarge", template: dict[str, Any] | None = None, **document: Any) -> Kubelet:
    group = NodeGroupRecord(
        {
            "nodegroupName": "l4",
            "version": "1.35",
            "releaseVersion": "1.35.6-20260714",
            "capacityType": "SPOT",
            "amiType": "AL2023_x86_64_NVIDIA",
            "labels": {"gpu-cluster/pool": "l4"},
            "taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}],
        }
        | document,
        template or {},
    )
    return Kubelet(group, NodeGroupInstance("i-0123", type, "10.40.16.5", "eu-central-1b", "subnet-0"))


def test_node_has_names_and_labels_as_on_ec2() -> None:
    node = _kubelet().node()
    labels = labels_of(node)

    assert node.metadata
    assert node.metadata.name == "ip-10-40-16-5.eu-central-1.compute.internal"
    assert labels["topology.kubernetes.io/zone"] == "eu-central-1b"
    assert labels["topology.kubernetes.io/region"] == "eu-central-1"
    assert labels["node.kubernetes.io/instance-type"] == "g6.4xlarge"
    assert labels["eks.amazonaws.com/capacityType"] == "SPOT"
    assert labels["gpu-cluster/pool"] == "l4"
    assert node.spec
    assert node.spec.providerID == "aws:///eu-central-1b/i-0123"
    assert [(each.key, each.effect) for each in node.spec.taints or []] == [("nvidia.com/gpu", "NoSchedule")]


@pytest.mark.parametrize(
    ("release", "version"),
    [("1.35.6-20260714", "v1.35.6-eks-0123456"), ("1.63.0-0e15e15e", "v1.35.0-eks-0123456")],
)
def test_kubelet_version_matches_the_release(release: str, version: str) -> None:
    status = _kubelet(releaseVersion=release).node().status

    assert status
    assert status.nodeInfo
    assert status.nodeInfo.kubeletVersion == version


@pytest.mark.parametrize(
    ("user_data", "disk", "pods"),
    [("", "209715200Ki", "234"), (RAID, "585937500Ki", "110"), (BOTTLEROCKET, "585937500Ki", "58")],
    ids=["plain", "nodeadm", "Bottlerocket"],
)
def test_disk_and_pods_follow_the_launch_template(user_data: str, disk: str, pods: str) -> None:
    template = {
        "BlockDeviceMappings": [{"Ebs": {"VolumeSize": 200}}],
        "UserData": base64.b64encode(user_data.encode()).decode(),
    }

    capacity = _capacity(_kubelet(template=template))

    assert (capacity["ephemeral-storage"], capacity["pods"]) == (disk, pods)
    assert "nvidia.com/gpu" not in capacity


def test_labels_from_user_data_are_added_to_group_labels() -> None:
    flags = '{"spec": {"kubelet": {"flags": ["--node-labels=nvidia.com/mig.config=1g.10gb-7"]}}}'
    template = {"UserData": base64.b64encode(flags.encode()).decode()}

    labels = labels_of(_kubelet(template=template).node())

    assert labels["nvidia.com/mig.config"] == "1g.10gb-7"
    assert labels["gpu-cluster/pool"] == "l4"


def test_devices_follow_image_and_interfaces() -> None:
    efa = {"NetworkInterfaces": [{"InterfaceType": "efa"}, {"InterfaceType": "efa-only"}]}

    assert Devices.of(_kubelet("g6.12xlarge", efa).node()) == Devices(gpus=4, efa=2, by_variable=False)
    assert Devices.of(_kubelet(amiType="AL2023_x86_64_STANDARD").node()) == Devices()


def _capacity(kubelet: Kubelet) -> dict[str, str]:
    return kubelet.node().to_dict()["status"]["capacity"]


@pytest.mark.parametrize(
    ("ami", "user_data", "reserved_pods"),
    [("AL2023_x86_64_NVIDIA", RAID, 234), ("BOTTLEROCKET_x86_64_NVIDIA", BOTTLEROCKET, 58)],
)
def test_reserved_memory_matches_the_image(ami: str, user_data: str, reserved_pods: int) -> None:
    template = {"UserData": base64.b64encode(user_data.encode()).decode()}
    status = _kubelet(template=template, amiType=ami).node().status

    assert status
    assert status.capacity
    assert status.allocatable
    reserved = amount(status.capacity["memory"]) - amount(status.allocatable["memory"])
    assert reserved == (255 + 11 * reserved_pods + 100) * 1024**2
