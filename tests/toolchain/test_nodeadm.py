"""User data, read by nodeadm of Amazon Linux 2023."""

import json
import subprocess
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.aws.nodes import user_data
from gpu_cluster.capacity import eks_hardware_of
from gpu_cluster.capacity.resources import MIB
from gpu_cluster.catalog import INSTANCES
from gpu_cluster.config.pools import PoolSettings
from gpu_cluster_tools.toolchain import provide
from gpu_cluster_tools.toolchain.tools import NODEADM
from tests.pains.platforms import ON_AWS, platform
from tests.unit.gpu_cluster.aws.nodes.eks import pool_with

pytestmark = pytest.mark.engine

Answer = dict[str, Any]

ASKED_OF_EC2 = {name for name in INSTANCES if name.startswith(("g7.", "p6e-gb200."))}
"""Types missing in the table of this nodeadm: on AWS it would ask EC2, here it gets no answer."""

CLUSTER = {
    "apiVersion": "node.eks.aws/v1alpha1",
    "kind": "NodeConfig",
    "spec": {
        "cluster": {
            "name": "platform",
            "apiServerEndpoint": "https://example.eks.amazonaws.com",
            "certificateAuthority": "Y2VydGlmaWNhdGU=",
            "cidr": "172.20.0.0/16",
        }
    },
}
"""EKS adds this part beside that of the launch template."""


@pytest.fixture(scope="session")
def nodeadm() -> Path:
    return provide(NODEADM)


def _read(nodeadm: Path, documents: list[tuple[str, str]]) -> list[Answer]:
    """Output of nodeadm for each pair of instance type and user data."""
    servers = [
        {
            "instanceType": name,
            "cpus": INSTANCES[name].cpus,
            "memoryGiB": INSTANCES[name].memory_gib,
            "kubeletVersion": "v1.35.6",
            "userData": _with_cluster(text),
        }
        for name, text in documents
    ]
    done = subprocess.run([nodeadm], input=json.dumps(servers), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def _with_cluster(text: str) -> str:
    part = f"--//\nContent-Type: application/node.eks.aws\n\n{json.dumps(CLUSTER)}\n--//--"
    assert text.count("--//--") == 1
    return text.replace("--//--", part)


def _of(name: str) -> str:
    return user_data(*pool_with(instance=name))


def test_reserved_memory_and_max_pods_match_for_every_type(nodeadm: Path) -> None:
    answers = _read(nodeadm, [(name, _of(name)) for name in INSTANCES])
    for name, answer in zip(INSTANCES, answers, strict=True):
        hardware = eks_hardware_of(PoolSettings.model_validate({"instance": name, "nodes": 1}))
        kubelet = answer["kubelet"]
        assert kubelet["maxPods"] == hardware.allocatable.pods, name
        if name in ASKED_OF_EC2:
            continue
        left = _allocatable(kubelet, hardware.capacity.cpu_millis, hardware.capacity.memory_bytes)
        assert left == (hardware.allocatable.cpu_millis, hardware.allocatable.memory_bytes), name


def _allocatable(kubelet: Mapping[str, Any], cpu_millis: int, memory_bytes: int) -> tuple[int, int]:
    """Capacity without the kubelet's reserve and eviction threshold."""
    reserved, evicted = kubelet["kubeReserved"], kubelet["evictionHard"]["memory.available"]
    assert kubelet["evictionHard"]["nodefs.available"] == "10%"
    assert reserved["ephemeral-storage"] == "1Gi"
    assert "systemReserved" not in kubelet
    memory = memory_bytes - (_mebibytes(reserved["memory"]) + _mebibytes(evicted)) * MIB
    return cpu_millis - int(reserved["cpu"].removesuffix("m")), memory


def _mebibytes(quantity: str) -> int:
    assert quantity.endswith("Mi")
    return int(quantity.removesuffix("Mi"))


@pytest.mark.parametrize("name", ON_AWS)
def test_nodeadm_accepts_every_launch_template_of_the_stacks(nodeadm: Path, name: str) -> None:
    templates = platform(name).of("LaunchTemplate")
    texts = [b64decode(it.inputs["userData"]).decode() for it in templates]
    documents = [("g6.4xlarge", text) for text in texts if text.startswith("MIME")]

    assert documents
    assert [answer.get("error") for answer in _read(nodeadm, documents)] == [None] * len(documents)


def test_nodeadm_applies_the_settings_of_a_pool(nodeadm: Path) -> None:
    mig = user_data(*pool_with(instance="p5.48xlarge", sharing={"mig": {"1g.10gb": 7}}))
    [with_mig, system] = _read(nodeadm, [("p5.48xlarge", mig), ("m7i.xlarge", _of("m7i.xlarge"))])

    assert with_mig["localStorage"] == "RAID0"
    assert with_mig["fastImagePull"]
    assert "--node-labels=nvidia.com/mig.config=1g.10gb-7" in with_mig["flags"]
    assert not system["fastImagePull"]
    assert "localStorage" not in system


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ('"kubelet":', '"kubelett":', 'unknown field "kubelett"'),
        ('"maxPods":', '"maxPod":', 'unknown field "maxPod"'),
        ('"RAID0"', '"RAID-0"', 'no strategy "RAID-0"'),
        ('"FastImagePull"', '"FastPull"', 'no feature gate "FastPull"'),
        ("node.eks.aws/v1alpha1", "node.eks.aws/v1", "no kind"),
    ],
)
def test_unknown_setting_is_refused(nodeadm: Path, right: str, wrong: str, problem: str) -> None:
    text = _of("p5.48xlarge")
    assert right in text
    [answer] = _read(nodeadm, [("p5.48xlarge", text.replace(right, wrong))])
    assert problem in answer.get("error", "")


def test_part_of_another_mime_type_is_ignored(nodeadm: Path) -> None:
    text = _of("p5.48xlarge").replace("application/node.eks.aws", "application/node.eks")
    [answer] = _read(nodeadm, [("p5.48xlarge", text)])

    assert "localStorage" not in answer
    assert not answer["fastImagePull"]
