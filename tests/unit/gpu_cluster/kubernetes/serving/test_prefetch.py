"""DaemonSets that prefetch the images of models onto nodes."""

from typing import Any

import pytest

from gpu_cluster.images import PAUSE, VLLM
from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.kubernetes.serving.test_weights_image import IMAGE, in_an_image
from tests.unit.gpu_cluster.stacks import model_of, stack_of
from tests.unit.platforms import shared_platform_of

POOLS = {
    "l4": {"instance": "g6.4xlarge", "nodes": {"min": 0, "max": 3}},
    "l40s": {"instance": "g6e.12xlarge", "nodes": 2},
    "system": {"instance": "m7i.xlarge", "nodes": 2},
}
OWN = "quay.io/org/vllm:1"


def graph_of(*, prefetch: bool = True, models: dict[str, Any] | None = None, **sections: Any) -> Graph:
    served = models or {
        "chat": model_of(model="Qwen/Qwen3-8B", context=8192, pullSecret="quay"),
        "code": in_an_image(pool="l40s", image=OWN),
        "more": model_of(model="Qwen/Qwen3-8B", context=8192, pool="l40s"),
    }
    serving = {"prefetch": prefetch, "models": served}
    return shared_platform_of(stack_of(pools=POOLS, serving=serving, **sections))[0]


def daemons(graph: Graph) -> dict[str, Any]:
    found = {it["metadata"]["name"]: it for it in graph.of("DaemonSet")}
    return {name: it["spec"]["template"]["spec"] for name, it in found.items() if "prefetch" in name}


def test_each_pool_prefetches_every_image_of_its_models_once() -> None:
    kept = {
        name: sorted(volume["image"]["reference"] for volume in pod["volumes"])
        for name, pod in daemons(graph_of()).items()
    }

    assert kept == {
        "image-prefetch-l4": [VLLM.at(None)],
        "image-prefetch-l40s": sorted([VLLM.at(None), OWN, IMAGE]),
    }


def test_prefetched_images_are_mounted_against_garbage_collection() -> None:
    for pod in daemons(graph_of()).values():
        [container] = pod["containers"]
        assert [it["name"] for it in container["volumeMounts"]] == [it["name"] for it in pod["volumes"]]
        assert container["image"] == PAUSE.at(None)
        assert "command" not in container


def test_prefetch_runs_only_on_nodes_of_the_pool() -> None:
    pod = daemons(graph_of())["image-prefetch-l4"]

    assert pod["nodeSelector"] == {"gpu-cluster/pool": "l4"}
    assert [it["key"] for it in pod["tolerations"]] == ["nvidia.com/gpu"]


@pytest.mark.parametrize("login", [False, True])
def test_prefetch_uses_the_pull_secrets_of_models_and_mirror(*, login: bool) -> None:
    user = {"user": "robot", "password": {"secure": "v1:abc:def"}}
    registry = {"mirror": "harbor.example.com/mirror", "login": user}
    graph = graph_of(registry=registry) if login else graph_of()

    account = graph.get("ServiceAccount", "image-prefetch")
    assert account["imagePullSecrets"] == [{"name": "quay"}, *([{"name": "registry-login"}] if login else [])]
    assert not any("imagePullSecrets" in pod for pod in daemons(graph).values())


def test_prefetch_pods_never_preempt() -> None:
    graph = graph_of()

    [priority] = [it for it in graph.of("PriorityClass") if it["metadata"]["name"] == "image-prefetch"]
    assert (priority["value"], priority["preemptionPolicy"]) == (-1, "Never")
    assert {pod["priorityClassName"] for pod in daemons(graph).values()} == {"image-prefetch"}


def test_models_wait_for_the_prefetch_of_their_pool_only() -> None:
    graph = graph_of()

    for model, pool, other in (("chat", "l4", "l40s"), ("code", "l40s", "l4")):
        server = graph.get("Deployment", model)
        assert graph.waits_for(server, graph.get("DaemonSet", f"image-prefetch-{pool}"))
        assert not graph.waits_for(server, graph.get("DaemonSet", f"image-prefetch-{other}"))


def test_quota_includes_prefetch_pods_twice() -> None:
    hard = [
        next(it for it in graph.of("ResourceQuota") if it["metadata"]["namespace"] == "serving")["spec"][
            "hard"
        ]
        for graph in (graph_of(), graph_of(prefetch=False))
    ]

    assert int(hard[0]["pods"]) - int(hard[1]["pods"]) == 2 * (3 + 2)
    assert hard[0]["requests.cpu"] != hard[1]["requests.cpu"]


def test_prefetch_pods_cannot_reach_the_hub() -> None:
    graph = graph_of(models={"chat": model_of(model="Qwen/Qwen3-8B", context=8192)})

    [hub] = [it for it in graph.of("NetworkPolicy") if it["metadata"]["name"] == "allow-hub"]
    [wanted] = hub["spec"]["podSelector"]["matchExpressions"]
    assert wanted["values"] == ["chat"]
    labels = {
        it["metadata"]["labels"]["app.kubernetes.io/instance"]
        for it in graph.of("DaemonSet")
        if "prefetch" in it["metadata"]["name"]
    }
    assert not labels & set(wanted["values"])


def test_prefetch_images_come_from_the_mirror() -> None:
    graph = graph_of(registry={"mirror": "harbor.example.com/mirror"})

    for pod in daemons(graph).values():
        named = [pod["containers"][0]["image"], *(it["image"]["reference"] for it in pod["volumes"])]
        assert all(it.startswith("harbor.example.com/mirror/") for it in named)


def test_no_prefetch_objects_if_disabled() -> None:
    graph = graph_of(prefetch=False)

    assert not daemons(graph)
    assert not graph.of("PriorityClass")
