"""DeepSeek-R1 on two simulated nodes, with the real engine and the real LeaderWorkerSet controller.

Each test builds on the previous one.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal import Sandbox
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import Object
from gpu_cluster_tools.rehearsal.simulated_controllers import simulated_controllers
from tests.rehearsal.container_restart import restart_containers
from tests.rehearsal.pod_readiness import is_ready
from tests.rehearsal.site import run, site_sandbox
from tests.rehearsal.within import within

pytestmark = [pytest.mark.engine, pytest.mark.slow]

SITE = """\
config:
  gpu-cluster:cluster: {provider: existing, kubeconfig: /nowhere/kubeconfig}
  gpu-cluster:gpu: {devicePlugin: false}
  gpu-cluster:pools:
    system: {instance: m7i.xlarge, nodes: 2, labels: {site.example/role: system}}
    h100: {instance: p5.48xlarge, nodes: 2, labels: {site.example/role: h100}}
  gpu-cluster:storage:
    files: {kind: csi, provisioner: csi.site.example, default: true, shared: true}
  gpu-cluster:serving:
    models:
      reasoning:
        model: deepseek-ai/DeepSeek-R1
        pool: h100
        gpus: 8
        nodes: 2
        replicas: 1
        context: 32768
        loadMinutes: 240
        cache: {size: 1Ti, storageClass: files}
"""
PODS = "/api/v1/namespaces/serving/pods"
GROUP = "/apis/leaderworkerset.x-k8s.io/v1/namespaces/serving/leaderworkersets/reasoning-group"
LEADER, WORKER = "reasoning-group-0", "reasoning-group-0-1"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("lws")
    with site_sandbox(folder, SITE) as sandbox, simulated_controllers(sandbox):
        yield sandbox


def pods(sandbox: Sandbox) -> dict[str, Object]:
    return {pod["metadata"]["name"]: pod for pod in sandbox.api.items(PODS)}


def test_update_waits_until_the_group_is_ready(sandbox: Sandbox) -> None:
    run(sandbox, "up")

    found = pods(sandbox)
    assert found.keys() == {LEADER, WORKER}
    assert all(map(is_ready, found.values()))
    status: dict[str, Any] = sandbox.api.get(GROUP)["status"]
    assert (status["readyReplicas"], status["updatedReplicas"]) == (1, 1)


def test_each_pod_has_its_own_node_and_the_address_of_its_leader(sandbox: Sandbox) -> None:
    found = pods(sandbox)

    assert len({pod["spec"]["nodeName"] for pod in found.values()}) == 2
    for rank, name in enumerate((LEADER, WORKER)):
        [container] = found[name]["spec"]["containers"]
        given = {it["name"]: it.get("value") for it in container["env"][:3]}
        assert given == {
            "LWS_LEADER_ADDRESS": f"{LEADER}.reasoning-group.serving",
            "LWS_GROUP_SIZE": "2",
            "LWS_WORKER_INDEX": str(rank),
        }


def test_service_selects_only_the_leader(sandbox: Sandbox) -> None:
    """Compares labels, because simulated pods have no addresses."""
    selector = sandbox.api.get("/api/v1/namespaces/serving/services/reasoning")["spec"]["selector"]
    selected = {
        name for name, pod in pods(sandbox).items() if selector.items() <= pod["metadata"]["labels"].items()
    }
    assert selected == {LEADER}


def test_crash_of_one_pod_recreates_the_whole_group(sandbox: Sandbox) -> None:
    """The controller acts on deletions too, but kwok's pods may be gone before it looks."""
    before = {name: pod["metadata"]["uid"] for name, pod in pods(sandbox).items()}
    restart_containers(sandbox.api, f"{PODS}/{WORKER}")

    def is_new() -> bool:
        found = pods(sandbox)
        return found.keys() == before.keys() and all(
            pod["metadata"]["uid"] != before[name] and is_ready(pod) for name, pod in found.items()
        )

    assert within(60, is_new)


def test_second_group_waits_for_nodes_and_can_be_removed(sandbox: Sandbox) -> None:
    """Uses the scale subresource, as an autoscaler would; there are no third and fourth nodes."""
    sandbox.api.patch(f"{GROUP}/scale", {"spec": {"replicas": 2}})
    assert within(30, lambda: "reasoning-group-1" in pods(sandbox))
    assert not pods(sandbox)["reasoning-group-1"]["spec"].get("nodeName")

    sandbox.api.patch(f"{GROUP}/scale", {"spec": {"replicas": 1}})
    assert within(60, lambda: pods(sandbox).keys() == {LEADER, WORKER})


def test_destroy_leaves_no_resources_and_no_crds(sandbox: Sandbox) -> None:
    run(sandbox, "destroy")

    kinds = sandbox.api.items("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")
    assert "leaderworkersets.leaderworkerset.x-k8s.io" not in {it["metadata"]["name"] for it in kinds}
    assert sandbox.resources() == []
