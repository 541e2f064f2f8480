# pyright: reportUnknownMemberType=false, reportArgumentType=false, reportReturnType=false
# lightkube's models contain bare dicts, and the cluster is a stub

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from lightkube.resources.core_v1 import Node, Pod
from pydantic.alias_generators import to_camel

from gpu_cluster.aws.nodes import bottlerocket_settings
from gpu_cluster.capacity import Handover
from gpu_cluster.config.pools import Sharing
from gpu_cluster.kubernetes.gpu.device_plugin_config import plugin_config
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import name_of
from gpu_cluster_tools.rehearsal.simulated_nodes.device_plugins import offer_devices
from gpu_cluster_tools.rehearsal.simulated_nodes.host_devices import NO_GPUS, Devices, devices_of_image
from tests.unit.gpu_cluster.aws.nodes.eks import pool_with

LAYOUTS = {
    "mig-configs": {"sevens": [{"devices": "all", "mig-enabled": True, "mig-devices": {"1g.10gb": 7}}]}
}
GPU = "nvidia.com/gpu"
BOTTLEROCKET = {"family": "bottlerocket", "release": "1.63.0-0a1b2c3d"}


@dataclass
class Stub:
    """A cluster of one node with four GPUs, and its recorded labels and annotations."""

    pod_list: list[Pod]
    configs: dict[str, str]
    labels: dict[str, str] = field(default_factory=dict[str, str])
    devices: Devices = field(default_factory=lambda: Devices(gpus=4, efa=2))
    offered: dict[str, int] = field(default_factory=dict[str, int])
    annotations: dict[str, str] = field(default_factory=dict[str, str])

    def nodes(self) -> list[Node]:
        amounts = {name: str(count) for name, count in self.offered.items()}
        metadata = {
            "name": "one",
            "labels": self.labels,
            "annotations": self.devices.annotations() | self.annotations,
        }
        return [Node.from_dict({"metadata": metadata, "status": {"allocatable": {"cpu": "4"} | amounts}})]

    def pods(self) -> list[Pod]:
        return self.pod_list

    def config_map(self, _namespace: str, _name: str) -> dict[str, str]:
        return self.configs

    def relabel(self, name: str, labels: dict[str, str]) -> None:
        assert name == name_of(self.nodes()[0])
        self.labels |= labels

    def annotate(self, name: str, annotations: dict[str, str]) -> None:
        assert name == name_of(self.nodes()[0])
        self.annotations |= annotations

    def offer(self, name: str, resources: dict[str, int]) -> None:
        assert name == name_of(self.nodes()[0])
        self.offered |= resources


def _pod(
    image: str,
    *,
    command: str | None = None,
    ready: bool = True,
    env: dict[str, str] | None = None,
    security: dict[str, Any] | None = None,
) -> Pod:
    variables = {"CONFIG_FILE": "/config/config.yaml"} | (env or {})
    container: dict[str, Any] = {
        "name": "main",
        "image": image,
        "env": [{"name": name, "value": value} for name, value in variables.items()],
        "volumeMounts": [{"name": "config", "mountPath": "/config"}],
        "securityContext": security or {},
    } | ({"command": [command]} if command else {})
    items = [{"key": "l4", "path": "config.yaml"}]
    volume = {"name": "config", "configMap": {"name": "configs", "items": items}}
    conditions = [{"type": "Ready", "status": str(ready)}]
    return Pod.from_dict(
        {
            "metadata": {"name": image.rpartition("/")[2].partition(":")[0], "namespace": "gpu-system"},
            "spec": {"nodeName": "one", "containers": [container], "volumes": [volume]},
            "status": {"phase": "Running", "conditions": conditions},
        }
    )


PLUGIN = _pod("mirror/nvidia/k8s-device-plugin:v0.20.0@sha256:0", command="nvidia-device-plugin")
MPS = _pod("nvcr.io/nvidia/k8s-device-plugin:v0.20.0", command="mps-control-daemon")
EFA = _pod("602401143452.dkr.ecr.eu-central-1.amazonaws.com/eks/aws-efa-k8s-device-plugin:v0.5.20")
WHOLE = plugin_config(None)


def test_node_without_a_device_plugin_offers_no_gpus() -> None:
    assert _offered(Stub([], {})) == {}


def test_unready_device_plugin_offers_no_gpus() -> None:
    assert _offered(Stub([_pod("nvidia/k8s-device-plugin", ready=False)], {"l4": WHOLE})) == {}


@pytest.mark.parametrize(
    ("sharing", "pods", "expected"),
    [
        (None, [PLUGIN], {GPU: 4}),
        (Sharing(time_slicing=3), [PLUGIN], {GPU: 12}),
        (Sharing(mps=5), [PLUGIN, MPS], {GPU: 20}),
        (Sharing(mps=5), [PLUGIN], {}),
        (None, [MPS], {}),
        (None, [PLUGIN, EFA], {GPU: 4, "vpc.amazonaws.com/efa": 2}),
    ],
    ids=["whole", "time slices", "MPS", "MPS without its daemon", "the daemon alone", "EFA"],
)
def test_plugin_configuration_determines_the_resources(
    sharing: Sharing | None, pods: list[Pod], expected: dict[str, int]
) -> None:
    assert _offered(Stub(pods, {"l4": plugin_config(sharing)})) == expected


WITH_SYS_ADMIN = _pod(
    "nvidia/k8s-device-plugin:v0.20.0", security={"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}
)
SWITCHED_OFF = "[settings.kubelet-device-plugins.nvidia]\nenabled = false\n"
BY_CDI = plugin_config(None, Handover.CDI)


def _bottlerocket(user_data: str) -> Devices:
    return devices_of_image("BOTTLEROCKET_x86_64_NVIDIA", user_data, gpus=4, efa=0)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {GPU: 4}),
        ({"time_slicing": 3}, {GPU: 12}),
        ({"mps": 5}, {GPU: 20}),
    ],
    ids=["whole", "time slices", "MPS"],
)
def test_bottlerocket_user_data_determines_the_resources(
    settings: dict[str, int], expected: dict[str, int]
) -> None:
    sharing = {"sharing": {to_camel(name): value for name, value in settings.items()}} if settings else {}
    pool, _ = pool_with(instance="g6.12xlarge", ami=BOTTLEROCKET, **sharing)

    assert _offered(Stub([], {}, devices=_bottlerocket(bottlerocket_settings(pool)))) == expected
    assert dict(pool.extended) == expected


def test_bottlerocket_renames_shared_gpus_by_default() -> None:
    settings = '[settings.kubelet-device-plugins.nvidia]\ndevice-sharing-strategy = "time-slicing"\n'

    assert _offered(Stub([], {}, devices=_bottlerocket(settings))) == {"nvidia.com/gpu.shared": 8}


@pytest.mark.parametrize(
    ("user_data", "plugin", "config", "why"),
    [
        (SWITCHED_OFF, PLUGIN, WHOLE, "no SYS_ADMIN"),
        (SWITCHED_OFF, WITH_SYS_ADMIN, WHOLE, "with NVIDIA_VISIBLE_DEVICES"),
        ("", WITH_SYS_ADMIN, BY_CDI, "already runs a device plugin"),
    ],
    ids=["unprivileged", "by variable", "twice"],
)
def test_gpus_that_cannot_reach_containers_are_not_offered_with_a_reason(
    user_data: str, plugin: Pod, config: str, why: str
) -> None:
    stub = Stub([plugin], {"l4": config}, devices=_bottlerocket(user_data))

    assert _offered(stub) == {}
    assert why in stub.annotations[NO_GPUS]


def test_reason_is_removed_with_its_cause() -> None:
    stub = Stub([PLUGIN], {"l4": BY_CDI}, devices=_bottlerocket(SWITCHED_OFF))
    offer_devices(stub)

    stub.pod_list = [WITH_SYS_ADMIN]

    assert _offered(stub) == {GPU: 4}
    assert stub.annotations[NO_GPUS] == ""


def test_amazon_linux_requires_a_plugin_that_works_with_any_runtime() -> None:
    devices = devices_of_image("AL2023_x86_64_NVIDIA", "", gpus=4, efa=0)

    assert _offered(Stub([PLUGIN], {"l4": WHOLE}, devices=devices)) == {}
    assert _offered(Stub([WITH_SYS_ADMIN], {"l4": BY_CDI}, devices=devices)) == {GPU: 4}


def test_mig_manager_partitions_gpus() -> None:
    both = json.loads(plugin_config(Sharing(mig={"1g.10gb": 7}))) | LAYOUTS  # of plugin and MIG manager
    configs = {"l4": json.dumps(both)}
    manager = _pod("nvcr.io/nvidia/cloud-native/k8s-mig-manager:v0.15.0")
    label = {"nvidia.com/mig.config": "sevens"}

    assert _offered(Stub([PLUGIN, manager], configs, label)) == {"nvidia.com/mig-1g.10gb": 28}
    assert _offered(Stub([PLUGIN, manager], configs)) == {GPU: 4}
    assert _offered(Stub([PLUGIN], configs, label)) == {GPU: 4}


@pytest.mark.parametrize(("layout", "state"), [("sevens", "success"), ("thirds", "failed")])
def test_mig_manager_reports_the_state_of_a_layout(layout: str, state: str) -> None:
    manager = _pod("nvcr.io/nvidia/cloud-native/k8s-mig-manager:v0.15.0")
    stub = Stub([manager], {"l4": json.dumps(LAYOUTS)}, {"nvidia.com/mig.config": layout})

    offer_devices(stub)

    assert stub.labels["nvidia.com/mig.config.state"] == state


def test_node_without_mig_manager_has_no_mig_state() -> None:
    stub = Stub([PLUGIN], {"l4": WHOLE}, {"nvidia.com/mig.config": "sevens"})

    offer_devices(stub)

    assert "nvidia.com/mig.config.state" not in stub.labels


def test_withdrawn_resources_are_zero() -> None:
    stub = Stub([PLUGIN], {"l4": WHOLE})
    assert _offered(stub) == {GPU: 4}

    stub.pod_list = []

    assert _offered(stub) == {GPU: 0}


def test_unchanged_node_is_not_patched() -> None:
    stub = Stub([PLUGIN], {"l4": WHOLE})

    assert offer_devices(stub) == {"one": {GPU: 4}}
    assert offer_devices(stub) == {}


def test_node_without_devices_is_unchanged() -> None:
    assert _offered(Stub([PLUGIN], {"l4": WHOLE}, devices=Devices(), offered={GPU: 8})) == {GPU: 8}


def _offered(stub: Stub) -> dict[str, int]:
    offer_devices(stub)
    return stub.offered
