"""Image volumes on kubelets and containerd: weights are read from one, and images are kept on nodes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.toolchain.real_node_requirements import missing_requirement
from tests.real_node.platform import PODS, Platform, brought_up, wait
from tests.rehearsal.checkout import Checkout
from tests.rehearsal.pod_readiness import is_ready

_MISSING = missing_requirement()

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.skipif(_MISSING is not None, reason=f"real nodes need {_MISSING}"),
]

WEIGHTS = "quay.io/example/llama-3.1-8b-instruct:1@sha256:" + "0123456789abcdef" * 4
REPLICAS = f"{PODS}?labelSelector=app.kubernetes.io/instance=chat"
KEEPERS = f"{PODS}?labelSelector=app.kubernetes.io/name=image-prefetch"
SCALE = "/apis/apps/v1/namespaces/serving/deployments/chat/scale"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The stack local with weights in an image, prefetched images, and a replica on one of two nodes."""
    checkout = Checkout.of_local_stack(Path(tmp_path_factory.mktemp("checkout")) / "project")
    checkout.edit("  gpu-cluster:serving:\n", "  gpu-cluster:serving:\n    prefetch: true\n")
    checkout.edit(
        "        cache: {size: 40Gi}\n", f"        weightsImage: {{image: {WEIGHTS!r}, folder: /models}}\n"
    )
    checkout.edit("        revision: 0e9e39f249a16976918f6564b8830bc894c89659\n", "")
    checkout.edit("replicas: {min: 2, max: 2}", "replicas: {min: 1, max: 2}")
    with brought_up(checkout) as up:
        assert "model chat answered in" in up.stdout
        yield Platform(checkout.folder / ".local")


def test_server_reads_the_files_of_the_image(platform: Platform) -> None:
    [replica] = _ready(platform, 1)

    log = platform.log("serving", replica["metadata"]["name"])
    assert "read 2 bytes of config.json in /weights/models" in log
    [mount] = [
        it for it in replica["status"]["containerStatuses"][0]["volumeMounts"] if it["name"] == "weights"
    ]
    assert (mount["mountPath"], mount["readOnly"]) == ("/weights", True)


def test_each_node_of_the_pool_keeps_the_images(platform: Platform) -> None:
    keepers = wait(lambda: [it for it in platform.api.items(KEEPERS) if is_ready(it)])

    assert {it["spec"]["nodeName"] for it in keepers} == {"l4-0", "l4-1"}
    for keeper in keepers:
        present = _present(platform, keeper["metadata"]["name"])
        assert sum(it["image"]["reference"] in event for event in present for it in _images(keeper)) == 2


def test_new_replica_on_another_node_pulls_no_images(platform: Platform) -> None:
    """The kubelet reports both images as present: these nodes reach no registry."""
    [first] = _ready(platform, 1)

    platform.api.patch(SCALE, {"spec": {"replicas": 2}})
    replicas = _ready(platform, 2)

    [second] = [it for it in replicas if it["metadata"]["name"] != first["metadata"]["name"]]
    assert second["spec"]["nodeName"] != first["spec"]["nodeName"]
    present = _present(platform, second["metadata"]["name"])
    [image] = _images(second)
    assert any(second["spec"]["containers"][0]["image"] in event for event in present), present
    assert any(image["image"]["reference"] in event for event in present), present
    log = platform.log("serving", second["metadata"]["name"])
    assert "read 2 bytes of config.json in /weights/models" in log


def test_kubelet_counts_mounted_images_as_used(platform: Platform) -> None:
    """Metrics of image volumes: requested and mounted, with no failures."""
    for node in ("l4-0", "l4-1"):
        metrics = platform.api.text(f"/api/v1/nodes/{node}/proxy/metrics")
        counts = {
            line.split()[0]: float(line.split()[1])
            for line in metrics.splitlines()
            if line.startswith("kubelet_image_volume_")
        }
        assert counts["kubelet_image_volume_mounted_succeed_total"] >= 2, counts
        assert counts.get("kubelet_image_volume_mounted_errors_total", 0) == 0


def _ready(platform: Platform, count: int) -> list[dict[str, Any]]:
    def found() -> list[dict[str, Any]]:
        pods = platform.api.items(REPLICAS)
        return pods if len(pods) == count and all(map(is_ready, pods)) else []

    return wait(found)


def _images(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [it for it in pod["spec"]["volumes"] if "image" in it]


def _present(platform: Platform, pod: str) -> list[str]:
    """Messages of the kubelet about images that were already present."""
    return [
        event["message"]
        for event in platform.api.items("/api/v1/namespaces/serving/events")
        if event["involvedObject"]["name"] == pod and "already present on machine" in event["message"]
    ]
