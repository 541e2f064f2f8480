"""Instances outside of node groups join a cluster with the kubelet settings of their user data."""

# pyright: reportUnknownMemberType=false
# (ruamel.yaml has hardly any types)

import base64
import email
import json
import logging
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import Thread
from typing import Any

from lightkube.models.core_v1 import Taint
from lightkube.resources.core_v1 import Node
from ruamel.yaml import YAML

from gpu_cluster_tools.rehearsal.aws import node_registration
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.eks import records
from gpu_cluster_tools.rehearsal.aws.eks.endpoint import KUBECONFIG
from gpu_cluster_tools.rehearsal.aws.eks.image_parameters import IMAGES, OWN
from gpu_cluster_tools.rehearsal.aws.eks.node_group_record import Document, NodeGroupInstance
from gpu_cluster_tools.rehearsal.aws.eks.records import ClusterRecord
from gpu_cluster_tools.rehearsal.aws.kubelet import capacity_of, registration
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import KubernetesClient as Nodes
from gpu_cluster_tools.rehearsal.errors import RehearsalError
from gpu_cluster_tools.rehearsal.simulated_nodes.host_devices import Devices, devices_of_image
from gpu_cluster_tools.rehearsal.simulated_nodes.instance_types import instance_types

_NODE_CONFIG = "application/node.eks.aws"
_LABELS = re.compile(r"--node-labels=[\"']?([^\"'\s]+)")
_RAID = "RAID0"
_MIME = "MIME-Version:"


@dataclass(frozen=True)
class Bootstrap:
    """Settings of user data for the agent that sets up a node."""

    cluster: str
    labels: Mapping[str, str]
    taints: list[Taint]
    max_pods: int | None
    joins_disks: bool
    """True if local disks form one volume for images and pods."""


def bootstrap_of(user_data: str) -> Bootstrap:
    """The settings of MIME parts of nodeadm, where a later one wins, or of Bottlerocket's TOML."""
    if user_data.startswith(_MIME):
        return _of_nodeadm(_node_configs(user_data))
    return _of_bottlerocket(tomllib.loads(user_data).get("settings", {}))


def begin_to_join(api: Api, instance: Document, template: Document) -> None:
    """Register the node in the background, if there is an API server."""
    if not KUBECONFIG.exists():
        return
    bootstrap = bootstrap_of(_user_data(template))
    cluster = records.cluster_of(api.region, bootstrap.cluster)
    _require_entry(api, cluster, template)
    node = _node(instance, bootstrap, template)
    Thread(target=_join, args=(node,), daemon=True).start()


def _require_entry(api: Api, cluster: ClusterRecord, template: Document) -> None:
    """Require an access entry for the node's role; EKS creates it only for managed node groups."""
    name = template.get("IamInstanceProfile", {}).get("Name", "")
    profile = api.call("iam", "GetInstanceProfile", InstanceProfileName=name)["InstanceProfile"]
    roles = [role["Arn"] for role in profile["Roles"]]
    if not any(cluster.entries.get(role, {}).get("type") == "EC2_LINUX" for role in roles):
        raise ApiError(
            "InvalidParameterValue",
            f"instances of profile {name} could not join {cluster.name}: "
            "none of its roles has an access entry of type EC2_LINUX",
        )


def _join(node: Node) -> None:
    try:
        node_registration.join(Nodes(KUBECONFIG), node)
    except RehearsalError as error:
        logging.getLogger(__name__).error("an instance did not join: %s", error)  # noqa: TRY400


def _node(instance: Document, bootstrap: Bootstrap, template: Document) -> Node:
    kind: str = instance["InstanceType"]
    zone: str = instance["Placement"]["AvailabilityZone"]
    image = IMAGES.get(instance["ImageId"], "")
    sizes = [each.get("Ebs", {}).get("VolumeSize", 0) for each in template.get("BlockDeviceMappings", [])]
    return registration(
        NodeGroupInstance(
            instance["InstanceId"], kind, instance["PrivateIpAddress"], zone, instance["SubnetId"]
        ),
        capacity=capacity_of(
            kind,
            root_gib=max(sizes, default=20),
            joins_disks=bootstrap.joins_disks,
            pods=bootstrap.max_pods,
        ),
        devices=_devices(kind, image, _user_data(template)),
        labels=bootstrap.labels,
        taints=bootstrap.taints,
        bottlerocket="bottlerocket" in image or not _user_data(template).startswith(_MIME),
    )


def _user_data(template: Document) -> str:
    return base64.b64decode(template.get("UserData") or "").decode()


def _devices(kind: str, image: str, user_data: str) -> Devices:
    """Devices of the instance: GPUs only if its image has a driver, as custom images do."""
    if image.startswith(OWN):
        return devices_of_image("CUSTOM", user_data, gpus=instance_types()[kind].gpus, efa=0)
    family = "BOTTLEROCKET" if "bottlerocket" in image else "AL2023"
    variant = "NVIDIA" if "nvidia" in image else "STANDARD"
    return devices_of_image(f"{family}_{variant}", user_data, gpus=instance_types()[kind].gpus, efa=0)


def _node_configs(user_data: str) -> Iterator[Document]:
    for part in email.message_from_string(user_data).walk():
        if part.get_content_type() == _NODE_CONFIG:
            text = part.get_payload(decode=True)
            assert isinstance(text, bytes)  # noqa: S101  # of a part that is no multipart
            yield YAML(typ="safe", pure=True).load(text.decode())["spec"]


def _of_nodeadm(specs: Iterator[Document]) -> Bootstrap:
    cluster, labels, joins = "", dict[str, str](), False
    kubelet: Document = {}
    for spec in specs:
        cluster = spec.get("cluster", {}).get("name", cluster)
        kubelet |= spec.get("kubelet", {}).get("config", {})
        for flag in spec.get("kubelet", {}).get("flags", []):
            for found in _LABELS.findall(flag):
                labels |= dict(each.split("=", 1) for each in found.split(","))
        joins = joins or spec.get("instance", {}).get("localStorage", {}).get("strategy") == _RAID
    return Bootstrap(
        cluster,
        labels,
        [_taint(each) for each in kubelet.get("registerWithTaints", [])],
        kubelet.get("maxPods"),
        joins,
    )


def _of_bottlerocket(settings: Document) -> Bootstrap:
    own: Document = settings.get("kubernetes", {})
    taints = [
        _taint({"key": key, "value": value, "effect": effect})
        for key, values in own.get("node-taints", {}).items()
        for value, _, effect in (each.partition(":") for each in values)
    ]
    most = own.get("max-pods")
    return Bootstrap(
        own.get("cluster-name", ""),
        own.get("node-labels", {}),
        taints,
        int(most) if most else None,
        "ephemeral-storage" in json.dumps(settings.get("bootstrap-commands", {})),
    )


def _taint(given: Mapping[str, Any]) -> Taint:
    return Taint(key=given["key"], value=given.get("value"), effect=given["effect"])
