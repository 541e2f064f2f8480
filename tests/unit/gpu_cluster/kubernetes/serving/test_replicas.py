from typing import Any

import pytest

from gpu_cluster.capacity import load_time, pools_of
from gpu_cluster.stack import load
from tests.pains.platforms import STACKS, platform
from tests.unit.gpu_cluster.kubernetes.serving.served import container, pod, serve, serve_all
from tests.unit.gpu_cluster.stacks import model_of

NEW_FIRST = {"maxSurge": 1, "maxUnavailable": 0}
OLD_FIRST = {"maxSurge": 0, "maxUnavailable": 1}


def test_replicas_run_on_their_pool_and_tolerate_only_its_taints() -> None:
    graph = serve(pool={"labels": {"rack": "r1"}, "taints": {"team": {"value": "a"}}})
    assert pod(graph)["nodeSelector"] == {"rack": "r1"}
    assert [t["key"] for t in pod(graph)["tolerations"]] == ["nvidia.com/gpu", "team"]


@pytest.mark.parametrize(
    ("nodes", "strategy"),
    [(2, OLD_FIRST), (3, NEW_FIRST), ({"min": 2, "max": 9}, OLD_FIRST), ({"min": 0, "max": 9}, OLD_FIRST)],
)
def test_rolling_update_surges_only_with_a_guaranteed_spare_gpu(nodes: Any, strategy: Any) -> None:
    graph = serve(replicas=2, pool={"nodes": nodes})
    assert graph.only("Deployment")["spec.strategy.rollingUpdate"] == strategy


def test_models_of_one_pool_share_its_spare_gpus_for_updates() -> None:
    both = {"a": model_of(replicas=1), "b": model_of(replicas=1)}
    for nodes, strategy in ((3, OLD_FIRST), (4, NEW_FIRST)):
        graph = serve_all(both, pool={"nodes": nodes})
        assert [d["spec.strategy.rollingUpdate"] for d in graph.of("Deployment")] == [strategy] * 2


def test_replicas_are_spread_over_hosts() -> None:
    [spread] = pod(serve())["topologySpreadConstraints"]
    assert (spread["topologyKey"], spread["maxSkew"]) == ("kubernetes.io/hostname", 1)


def test_update_timeout_exceeds_the_load_time() -> None:
    deployment = serve(loadMinutes=60, replicas=2).only("Deployment")
    create, update = deployment.timeouts
    assert int(create.removesuffix("m")) > 60
    assert int(update.removesuffix("m")) > 2 * 60
    assert deployment["spec.progressDeadlineSeconds"] > 60 * 60


def test_service_links_are_disabled() -> None:
    assert pod(serve())["enableServiceLinks"] is False


@pytest.mark.parametrize("minutes", [1, 30, 100])
def test_timeouts_cover_the_startup_probe_of_a_replica(minutes: int) -> None:
    graph = serve(loadMinutes=minutes)
    probe = container(graph)["startupProbe"]
    create, _ = graph.only("Deployment").timeouts
    probed = probe["periodSeconds"] * probe["failureThreshold"]
    assert (
        probed
        < graph.only("Deployment")["spec.progressDeadlineSeconds"]
        <= 60 * int(create.removesuffix("m"))
    )


@pytest.mark.parametrize("name", ["dev", "edge", "onprem", "prod", "staging"])
def test_example_models_load_before_their_startup_probe_ends(name: str) -> None:
    stack, graph = load(STACKS / f"Pulumi.{name}.yaml"), platform(name)
    for key, model in stack.serving.models.items():
        minutes = load_time(model, stack.storage, pools_of(stack)[model.pool])
        [served] = graph.get("Deployment", key)["spec.template.spec.containers"]
        probe = served["startupProbe"]
        assert minutes is not None
        assert 60 * minutes < probe["periodSeconds"] * probe["failureThreshold"]
