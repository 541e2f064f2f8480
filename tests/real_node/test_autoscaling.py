"""Replicas follow the waiting queue, with the platform's own Prometheus, adapter and autoscaler on kubelets.

Prometheus, its adapter, kube-state-metrics, node-exporter and the controller of HorizontalPodAutoscalers are
the real ones, and so are all rendered objects. Only the autoscaler's stabilization times for scaling down are
changed.
"""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gpu_cluster_tools.toolchain.image_programs import (
    KUBE_STATE_METRICS,
    METRICS_ADAPTER,
    NODE_EXPORTER,
    PROMETHEUS,
)
from gpu_cluster_tools.toolchain.real_node import CLIENT, NO_METRICS, REAL_NODE
from gpu_cluster_tools.toolchain.real_node_requirements import missing_requirement
from gpu_cluster_tools.toolchain.toolchain import is_built
from tests.real_node.platform import DEPLOYMENT, Platform, brought_up, wait
from tests.real_node.scaling_stack import scaling_stack
from tests.rehearsal.checkout import Checkout, run_gpu_cluster

_PROGRAMS = (*REAL_NODE, CLIENT, PROMETHEUS, METRICS_ADAPTER, KUBE_STATE_METRICS, NODE_EXPORTER, NO_METRICS)
_UNBUILT = [tool.name for tool in _PROGRAMS if not is_built(tool)]
_MISSING = missing_requirement() or (f"{_UNBUILT[0]}: toolchain --tests" if _UNBUILT else None)

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(_MISSING is not None, reason=f"real nodes need {_MISSING}"),
]

CLIENTS = 16
SYNC_SECONDS = 15  # between two evaluations of the controller
METRIC = "vllm:num_requests_waiting"
API = "/apis/custom.metrics.k8s.io/v1beta1"
SCALER = "/apis/autoscaling/v2/namespaces/serving/horizontalpodautoscalers/chat"
QUICKLY = {"stabilizationWindowSeconds": 15, "policies": [{"type": "Pods", "value": 1, "periodSeconds": 15}]}
"""Shorter times instead of fifteen and five minutes: a stack file has no key for them."""


@dataclass(frozen=True)
class Sample:
    second: float
    clients: int
    waiting: int | None
    """Sum over all replicas, as served by the metrics API; None if it serves none."""

    wanted: int
    ready: int


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A stack with an autoscaled model, Prometheus and the adapter, deployed with `gpu-cluster up`."""
    checkout = Checkout.of_local_stack(Path(tmp_path_factory.mktemp("scaling")) / "project")
    checkout.stack_file.write_text(scaling_stack(3))
    with brought_up(checkout):
        platform = Platform(checkout.folder / ".local")
        platform.api.patch(SCALER, {"spec": {"behavior": {"scaleDown": QUICKLY}}})
        yield platform


@pytest.fixture(autouse=True)
def one_replica(platform: Platform) -> None:
    """Each test begins with one idle replica."""

    def at_rest() -> bool:
        sample = _sample(platform, 0, 0)
        if sample.wanted == 0:
            platform.api.patch(f"{DEPLOYMENT}/scale", {"spec": {"replicas": 1}})
        return (
            (sample.wanted, sample.ready, sample.waiting) == (1, 1, 0)
            and len(platform.replicas()) == 1
            and _condition(platform, "ScalingActive")[0] == "True"
        )

    wait(at_rest, 300)


def test_metric_is_served_by_the_adapter(platform: Platform) -> None:
    listed = platform.api.get(API)
    assert f"pods/{METRIC}" in {it["name"] for it in listed["resources"]}


def test_replicas_follow_the_queue(platform: Platform, capsys: pytest.CaptureFixture[str]) -> None:
    samples: list[Sample] = []
    started = time.monotonic()

    def until(clients: int, replicas: int, seconds: float) -> None:
        def sampled() -> bool:
            samples.append(_sample(platform, time.monotonic() - started, clients))
            time.sleep(2)
            return samples[-1].ready == samples[-1].wanted == replicas

        wait(sampled, seconds)

    until(0, 1, 60)
    with platform.load(CLIENTS) as load:
        until(CLIENTS, 3, 240)
    until(0, 1, 240)
    with capsys.disabled():
        sys.stdout.write(_table(samples))
    assert load.lost == []
    assert max(it.waiting or 0 for it in samples) > 4
    assert _condition(platform, "ScalingActive")[0] == "True"


@pytest.mark.slow
def test_verify_reads_the_metric_the_targets_and_the_alerts(platform: Platform) -> None:
    """A program without metrics replaces DCGM's exporter."""
    verified = run_gpu_cluster(platform.local.parent, "verify", "--json")
    checks = {f"{it['group']}: {it['name']}": it for it in json.loads(verified.stdout)["checks"]}
    scaling = checks["autoscaling: chat"]
    assert (scaling["verdict"], scaling["numbers"]["waiting"]) == ("OK", 0), scaling
    assert scaling["found"].startswith(f"{METRIC} is 0 over ")
    assert checks["models: chat"]["verdict"] == "OK", checks["models: chat"]
    assert checks["telemetry: targets"]["numbers"]["targets"] > 0, checks["telemetry: targets"]
    assert "critical" in checks["telemetry: alerts"]["numbers"], checks["telemetry: alerts"]


@pytest.mark.slow
def test_actual_cost_reads_the_prometheus_of_the_cluster(platform: Platform) -> None:
    """The real kube-state-metrics is scraped, recorded and read. Other tests may have used more replicas."""

    def read() -> dict[str, Any] | None:
        command = ("cost", "local", "--actual", "--since", "10m", "--json")
        done = run_gpu_cluster(platform.local.parent, *command)
        assert done.returncode in (1, 3), done.stdout + done.stderr
        found = json.loads(done.stdout) if done.returncode == 3 else None  # 1 until the first sample
        return found if found and found["measuredHours"] > 0.05 else None

    document = wait(read, 420)
    measured = document["measuredHours"]
    [l4] = [it for it in document["pools"] if it["pool"] == "l4"]
    [serving] = [it for it in document["namespaces"] if it["namespace"] == "serving"]
    [chat] = [it for it in serving["workloads"] if it["workload"] == "chat"]
    shared = {it["what"]: it["gpuHours"] for it in document["shared"]}
    held, free = chat["gpuHours"], shared["GPUs that no pod held"]
    assert l4["nodeHours"] == pytest.approx(3 * measured, abs=0.03), document
    assert held + free == pytest.approx(3 * measured, abs=0.03), document
    assert measured - 0.03 < held == chat["unmeasuredGpuHours"], document


@pytest.mark.slow
def test_model_can_be_scaled_to_zero_and_back_manually(platform: Platform) -> None:
    """The autoscaler is disabled at zero replicas, regardless of its minimum, until a replica exists."""
    platform.api.patch(f"{DEPLOYMENT}/scale", {"spec": {"replicas": 0}})
    wait(lambda: not platform.replicas())
    wait(lambda: _condition(platform, "ScalingActive") == ("False", "ScalingDisabled"))
    time.sleep(2 * SYNC_SECONDS)
    assert platform.api.get(DEPLOYMENT)["spec"]["replicas"] == 0

    platform.api.patch(f"{DEPLOYMENT}/scale", {"spec": {"replicas": 1}})
    wait(lambda: platform.api.get(DEPLOYMENT)["status"].get("readyReplicas") == 1, 180)
    wait(lambda: _condition(platform, "ScalingActive")[0] == "True", 180)
    assert platform.ask() == HTTPStatus.OK


def _condition(platform: Platform, kind: str) -> tuple[str, str]:
    conditions = platform.api.get(SCALER)["status"].get("conditions", [])
    return next(((it["status"], it["reason"]) for it in conditions if it["type"] == kind), ("", ""))


def _sample(platform: Platform, second: float, clients: int) -> Sample:
    deployment = platform.api.get(DEPLOYMENT)
    return Sample(
        second,
        clients,
        _waiting(platform),
        deployment["spec"]["replicas"],
        deployment["status"].get("readyReplicas", 0),
    )


def _waiting(platform: Platform) -> int | None:
    found = _served(platform, f"{API}/namespaces/serving/pods/*/{METRIC}")
    return sum(int(it["value"]) for it in found["items"]) if found and found["items"] else None


def _served(platform: Platform, path: str) -> Any:
    try:
        return platform.api.get(path)
    except httpx2.HTTPStatusError:  # until the adapter runs and has read the metric
        return None


def _table(samples: list[Sample]) -> str:
    """Samples that differ from the previous one."""
    lines = ["", "second clients waiting wanted ready"]
    before: tuple[Any, ...] = ()
    for it in samples:
        now = (it.clients, it.waiting, it.wanted, it.ready)
        if now != before:
            waiting = "-" if it.waiting is None else str(it.waiting)
            lines.append(f"{it.second:6.0f} {it.clients:7} {waiting:>7} {it.wanted:6} {it.ready:5}")
        before = now
    return "\n".join([*lines, ""])
