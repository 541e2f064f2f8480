"""The doctor checks the capabilities of the real API server."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpu_cluster.capacity import pools_of
from gpu_cluster.plan import planned
from gpu_cluster.stack import load
from gpu_cluster_tools.doctor.api_server import ApiServer
from gpu_cluster_tools.doctor.check import Check, CheckStatus
from gpu_cluster_tools.doctor.cluster import cluster
from gpu_cluster_tools.doctor.takeover import takeover
from gpu_cluster_tools.rehearsal import KubernetesClient, LocalControlPlane, reconcile
from gpu_cluster_tools.rehearsal.cluster_state.leftovers import settled_objects
from gpu_cluster_tools.rehearsal.control_plane import dynamic_client as rehearsed
from gpu_cluster_tools.toolchain import install

pytestmark = pytest.mark.engine

SITE = """\
config:
  gpu-cluster:cluster: {provider: existing, kubeconfig: kubeconfig}
  gpu-cluster:pools:
    gpu:
      machine: {cpus: 64, memory: 512Gi, gpu: L40S, gpus: 4}
      nodes: 2
      labels: {site.example/role: gpu}
  gpu-cluster:gpu: {devicePlugin: false}
  gpu-cluster:storage:
    disks: {kind: csi, provisioner: kubernetes.io/host-path, default: true, reclaim: delete}
  gpu-cluster:serving:
    models:
      chat:
        model: Qwen/Qwen2.5-7B-Instruct
        pool: gpu
        replicas: {min: 1, max: 2}
        context: 8192
        cache: {size: 40Gi}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the kubeconfig of an empty cluster."""
    folder = tmp_path_factory.mktemp("site")
    control_plane = LocalControlPlane(folder, install())
    control_plane.start()
    (folder / "Pulumi.site.yaml").write_text(SITE)
    yield folder
    control_plane.remove()


def looked(site: Path) -> dict[str, Check]:
    return {
        check.name: check
        for check in cluster(load(site / "Pulumi.site.yaml"), ApiServer(site / "kubeconfig"))
    }


def test_doctor_reports_present_and_missing_capabilities(site: Path) -> None:
    before = settled_objects(rehearsed.DynamicClient(site / "kubeconfig"))

    found = looked(site)

    assert found["version"].found.startswith("Kubernetes v1.3")
    assert found["gpu"].verdict is CheckStatus.FAIL
    assert found["gpu"].advice == "kubectl label node NODE site.example/role=gpu"
    assert found["pod security"].verdict is CheckStatus.OK
    assert found["admission policies"].verdict is CheckStatus.OK
    assert found["rights"].verdict is CheckStatus.OK
    assert found["metrics"].verdict is CheckStatus.WARN
    assert found["waiting queues"].verdict is CheckStatus.WARN
    assert found["snapshots"].verdict is CheckStatus.WARN
    assert settled_objects(rehearsed.DynamicClient(site / "kubeconfig")) == before


def test_nodes_are_counted_by_label_and_gpus_by_allocatable(site: Path) -> None:
    live = KubernetesClient(site / "kubeconfig")
    reconcile(live, pools_of(load(site / "Pulumi.site.yaml")))

    found = looked(site)
    assert found["gpu"].found == "2 nodes with site.example/role=gpu are ready"
    assert found["gpu GPUs"].found == "8 x nvidia.com/gpu on 2 nodes"

    live.offer("gpu-0", {"nvidia.com/gpu": 0})
    assert looked(site)["gpu GPUs"].found == "4 x nvidia.com/gpu on 2 nodes, expected 8"
    live.offer("gpu-1", {"nvidia.com/gpu": 0})
    none = "no node has nvidia.com/gpu, and gpu-cluster:gpu.devicePlugin is false"
    assert looked(site)["gpu GPUs"].found == none


def test_second_default_storage_class_fails(site: Path) -> None:
    server = rehearsed.DynamicClient(site / "kubeconfig")
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"}
    body = {
        "metadata": {"name": "standard", "annotations": annotations},
        "provisioner": "kubernetes.io/host-path",
    }
    assert looked(site)["default class"].verdict is CheckStatus.OK
    server.create("/apis/storage.k8s.io/v1/storageclasses", body)
    found = looked(site)
    assert found["default class"].verdict is CheckStatus.FAIL
    assert found["disks"].verdict is CheckStatus.OK


def test_objects_of_other_tools_are_found(site: Path) -> None:
    graph = planned(load(site / "Pulumi.site.yaml"), "site").graph
    assert takeover(graph, ApiServer(site / "kubeconfig")).verdict is CheckStatus.OK
    body = {"metadata": {"name": "disks"}, "provisioner": "kubernetes.io/host-path"}
    server = rehearsed.DynamicClient(site / "kubeconfig")
    server.create("/apis/storage.k8s.io/v1/storageclasses", body)

    found = takeover(graph, ApiServer(site / "kubeconfig"))
    server.delete("/apis/storage.k8s.io/v1/storageclasses/disks")

    assert found.verdict is CheckStatus.FAIL
    assert found.found.startswith("an update would take over StorageClass disks (managed by ")


def test_identity_without_permissions_gets_the_missing_ones(site: Path) -> None:
    """The guest uses the token of a service account without any permissions."""
    server = rehearsed.DynamicClient(site / "kubeconfig")
    server.create("/api/v1/namespaces/default/serviceaccounts", {"metadata": {"name": "guest"}})
    guest = ApiServer(site / "kubeconfig")
    token = guest.create(
        "/api/v1/namespaces/default/serviceaccounts/guest/token", {"spec": {"audiences": []}}
    )
    (site / "guest").write_text(_as_guest((site / "kubeconfig").read_text(), token["status"]["token"]))

    stack = load(site / "Pulumi.site.yaml")
    found = {check.name: check for check in cluster(stack, ApiServer(site / "guest"))}

    assert found["nodes"].verdict is CheckStatus.SKIP
    assert found["storage classes"].verdict is CheckStatus.SKIP
    assert "not authorized to create configmaps, limitranges, namespaces" in found["rights"].found


def _as_guest(kubeconfig: str, token: str) -> str:
    config = json.loads(kubeconfig)
    config["users"][0]["user"] = {"token": token}
    return json.dumps(config)
