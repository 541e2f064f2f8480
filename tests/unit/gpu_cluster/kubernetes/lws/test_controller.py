"""The LeaderWorkerSet controller, installed if a model spans nodes."""

from typing import Any

import pytest

from gpu_cluster.images import LWS
from gpu_cluster.plan import Graph
from gpu_cluster.stack import load
from tests.unit.gpu_cluster.stack.corpus import STACKS
from tests.unit.gpu_cluster.stacks import model_of, stack_of
from tests.unit.platforms import shared_platform_of


def platform(serving: dict[str, Any]) -> Graph:
    storage = {"files": {"kind": "nfs", "server": "files", "share": "/models", "default": True}}
    pools = {"l4": {"instance": "g6.48xlarge", "nodes": 2}}
    return shared_platform_of(stack_of(serving=serving, storage=storage, pools=pools))[0]


SPANNING = model_of(
    model="Qwen/Qwen3-32B", gpus=8, nodes=2, replicas=1, cache={"size": "100Gi", "storageClass": "files"}
)


@pytest.mark.parametrize(
    ("serving", "installed"),
    [
        ({"models": {"chat": model_of()}}, False),
        ({"models": {"chat": SPANNING}}, True),
        ({"models": {"chat": SPANNING}, "lwsController": False}, False),
        ({"models": {"chat": model_of()}, "lwsController": True}, True),
    ],
)
def test_lws_controller_is_installed_if_a_model_spans_nodes(
    serving: dict[str, Any], *, installed: bool
) -> None:
    assert bool(platform(serving).of("LwsController")) is installed


def test_models_wait_for_the_lws_webhooks() -> None:
    graph = platform({"models": {"chat": SPANNING}})
    server = graph.get("Deployment", "lws-controller")
    [container] = server["spec.template.spec.containers"]

    assert graph.waits_for(graph.only("LeaderWorkerSet"), server)
    assert container["readinessProbe"]["tcpSocket"] == {"port": "webhooks"}
    assert container["image"] == LWS.at(None)
    assert graph.waits_for(server, graph.only("CustomResourceDefinition"))


def test_leader_worker_set_crd_has_the_scale_subresource() -> None:
    [version] = platform({"models": {"chat": SPANNING}}).only("CustomResourceDefinition")["spec.versions"]
    assert version["subresources"]["scale"]["labelSelectorPath"] == ".status.hpaPodSelector"


def test_lws_image_on_eks_comes_from_the_account_registry() -> None:
    graph, _ = shared_platform_of(load(STACKS / "happy/eks-model-over-nodes.yaml"))
    [server] = [it for it in graph.of("Deployment") if it["metadata.name"] == "lws-controller"]
    [container] = server["spec.template.spec.containers"]

    assert container["image"].startswith(
        "123456789012.dkr.ecr.us-east-2.amazonaws.com/registry.k8s.io/lws/lws:"
    )


def test_group_pods_request_the_efa_interfaces_of_their_nodes() -> None:
    graph, _ = shared_platform_of(load(STACKS / "happy/eks-model-over-nodes.yaml"))
    group = graph.only("LeaderWorkerSet")["spec.leaderWorkerTemplate"]
    for template in ("leaderTemplate", "workerTemplate"):
        [container] = group[template]["spec"]["containers"]
        assert container["resources"]["limits"]["vpc.amazonaws.com/efa"] == "32"
        assert {"name": "FI_EFA_USE_HUGE_PAGE", "value": "0"} in container["env"]
        assert container["resources"]["requests"]["memory"] == container["resources"]["limits"]["memory"]
