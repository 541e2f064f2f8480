"""The real API server accepts pods that mount images, in a namespace with Pod Security level restricted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.plan import Graph
from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal import LocalControlPlane
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient
from gpu_cluster_tools.toolchain import install
from tests.unit.platforms import platform_of

pytestmark = pytest.mark.engine

STACK = Path(__file__).parents[1] / "stacks" / "happy" / "eks-weights-image.yaml"
SERVING = "/api/v1/namespaces/serving"


@pytest.fixture(scope="module")
def rendered() -> Graph:
    stack = load(STACK)
    return platform_of(stack)[0]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory, rendered: Graph) -> Iterator[DynamicClient]:
    control_plane = LocalControlPlane(tmp_path_factory.mktemp("control-plane"), install())
    control_plane.start()
    try:
        client = DynamicClient(control_plane.kubeconfig)
        client.create("/api/v1/namespaces", _manifest(rendered.get("Namespace", "serving")))
        priority = rendered.get("PriorityClass", "image-prefetch")
        client.create("/apis/scheduling.k8s.io/v1/priorityclasses", _manifest(priority))
        for account in rendered.of("ServiceAccount"):
            if account["metadata"]["namespace"] == "serving":
                client.create(f"{SERVING}/serviceaccounts", _manifest(account))
        yield client
    finally:
        control_plane.remove()


def test_api_server_keeps_image_volumes_of_pods(api: DynamicClient, rendered: Graph) -> None:
    """A server with the feature disabled would drop the source, and refuse a volume without one."""
    seen: dict[str, list[str]] = {}
    for name, template in _templates(rendered):
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": template["spec"]}
        taken = api.create(f"{SERVING}/pods?dryRun=All", pod)
        seen[name] = [it["image"]["reference"] for it in taken["spec"]["volumes"] if "image" in it]
        wanted = [it["image"]["reference"] for it in template["spec"]["volumes"] if "image" in it]
        assert seen[name] == wanted

    assert set(seen) == {"chat", "code", "image-prefetch-l4", "image-prefetch-l40s"}
    assert all(seen.values())


def test_prefetch_pods_preempt_no_other_pods(api: DynamicClient, rendered: Graph) -> None:
    template = dict(_templates(rendered))["image-prefetch-l4"]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "it"}, "spec": template["spec"]}
    spec = api.create(f"{SERVING}/pods?dryRun=All", pod)["spec"]

    assert (spec["priority"], spec["preemptionPolicy"]) == (-1, "Never")


def _templates(graph: Graph) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in ("Deployment", "DaemonSet"):
        for it in graph.of(kind):
            if it["metadata"]["namespace"] == "serving":
                yield it["metadata"]["name"], it["spec"]["template"]


def _manifest(resource: Any) -> dict[str, Any]:
    return dict(resource.inputs)
