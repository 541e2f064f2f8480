from typing import Any

import pytest

from gpu_cluster.capacity import served_metrics, waiting_metric
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack import load
from gpu_cluster.stack.notes import notes_of
from tests.unit.gpu_cluster.stack.corpus import STACKS

SCALES = load(STACKS / "happy/telemetry-of-models-that-scale.yaml")
VLLM = "vllm:num_requests_waiting"


def changed(telemetry: dict[str, Any] | None = None, serving: dict[str, Any] | None = None) -> Stack:
    return SCALES.model_copy(
        update={
            "telemetry": SCALES.telemetry.model_validate(telemetry or {}),
            "serving": SCALES.serving.model_copy(update=serving or {}),
        }
    )


def on_eks(telemetry: dict[str, Any] | None = None, serving: dict[str, Any] | None = None) -> Stack:
    """The same models and telemetry on EKS."""
    eks = load(STACKS / "happy/eks-smallest.yaml")
    [pool, *_] = eks.pools.values()
    pools = dict.fromkeys(SCALES.pools, pool)
    return changed(telemetry, serving).model_copy(update={"cluster": eks.cluster, "pools": pools})


def told(stack: Stack) -> list[str]:
    return [it for it in notes_of(stack) if "autoscalers" in it]


def test_scaling_metric_is_served_with_telemetry() -> None:
    assert waiting_metric(SCALES.serving.models["chat"]) == VLLM
    for stack in (on_eks(), changed({"serveMetrics": True})):
        assert served_metrics(stack) == {VLLM}
        assert not told(stack)


@pytest.mark.parametrize(
    ("telemetry", "reason"),
    [
        ({"enabled": False}, "telemetry is off; hint: telemetry.enabled: true"),
        ({"prometheus": "existing"}, "an existing Prometheus collects it; hint: prometheus: in-cluster"),
        ({}, "the cluster may have an adapter; hint: telemetry.serveMetrics: true"),
        ({"serveMetrics": False}, "telemetry.serveMetrics is false; hint: leave it out"),
    ],
)
def test_scaling_metric_without_a_server_has_one_note(telemetry: dict[str, Any], reason: str) -> None:
    unserved = changed(telemetry)
    assert not served_metrics(unserved)
    assert told(unserved) == [
        "chat: replicas stay at min, for nothing serves the metric of their autoscalers: "
        f"{reason}, or serving.metricsServed: true if the cluster has an adapter"
    ]
    assert not told(changed(telemetry, {"metrics_served": True}))


def test_no_metrics_are_served_if_the_cluster_has_an_adapter() -> None:
    assert not served_metrics(on_eks(serving={"metrics_served": True}))


def test_fixed_replicas_need_no_scaling_metric() -> None:
    fixed = {"models": {"search": SCALES.serving.models["search"]}}
    assert not served_metrics(on_eks(serving=fixed))
    assert not told(changed({"enabled": False}, fixed))


def test_custom_server_metric_is_served_only_if_collected() -> None:
    engines = load(STACKS / "happy/engines.yaml").model_copy(
        update={"telemetry": changed({"serveMetrics": True}).telemetry}
    )
    assert "whisper_queue" in served_metrics(engines)
    transcribe = engines.serving.models["transcribe"]
    server = transcribe.server.model_copy(update={"metrics": None})
    models = {"transcribe": transcribe.model_copy(update={"server": server})}
    blind = engines.model_copy(update={"serving": engines.serving.model_copy(update={"models": models})})
    assert "whisper_queue" not in served_metrics(blind)
    [note] = told(blind)
    assert "it is not collected; hint: server.metrics" in note


def test_stack_with_teams_serves_the_metrics_of_all_engines() -> None:
    shared = load(STACKS / "teams/Pulumi.site.yaml")
    served = shared.model_copy(update={"telemetry": changed({"serveMetrics": True}).telemetry})
    assert {VLLM, "sglang:num_queue_reqs", "te_queue_size"} <= served_metrics(served)


def test_local_stack_serves_no_metrics_by_default() -> None:
    local = load(STACKS / "teams/Pulumi.machine.yaml")
    on = local.model_copy(update={"telemetry": SCALES.telemetry})
    assert not served_metrics(on)
    asked = SCALES.telemetry.model_copy(update={"serve_metrics": True})
    assert served_metrics(local.model_copy(update={"telemetry": asked}))
