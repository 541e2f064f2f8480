from typing import Any

import pytest

from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.kubernetes.gpu.eks import POOLS, devices, pod, pools, required

NAME = "aws-efa-k8s-device-plugin-train"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return devices(pools(**POOLS))


def test_efa_plugin_runs_only_on_its_pool_and_tolerates_only_its_taints(graph: Graph) -> None:
    assert required(graph, NAME) == {"gpu-cluster/pool": ["train"]}
    assert [taint["key"] for taint in pod(graph, NAME)["tolerations"]] == ["nvidia.com/gpu", "team"]


def test_efa_plugin_runs_on_pools_without_gpus() -> None:
    system: dict[str, Any] = {"instance": "m7i.48xlarge", "efa": True, "zones": ["us-east-2a"]}

    graph = devices(pools(hpc=system))

    assert [each["metadata.name"] for each in graph.of("DaemonSet")] == ["aws-efa-k8s-device-plugin-hpc"]
    assert pod(graph, "aws-efa-k8s-device-plugin-hpc")["tolerations"] == []


def test_efa_plugin_image_comes_from_the_eks_registry_of_the_region(graph: Graph) -> None:
    [container] = pod(graph, NAME)["containers"]
    assert container["image"].startswith("602401143452.dkr.ecr.us-east-2.amazonaws.com/eks/")


def test_efa_plugin_mounts_only_required_host_paths_and_no_token(graph: Graph) -> None:
    spec = pod(graph, NAME)
    paths = {volume["hostPath"]["path"] for volume in spec["volumes"]}

    assert paths == {"/var/lib/kubelet/device-plugins", "/dev/infiniband", "/opt/aws/neuron"}
    assert spec["hostNetwork"] is True
    assert "hostPID" not in spec
    assert "hostIPC" not in spec
    assert spec["automountServiceAccountToken"] is False
