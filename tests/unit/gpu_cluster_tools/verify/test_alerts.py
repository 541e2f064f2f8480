"""Targets and alerts in the format of Prometheus' HTTP API; the real Prometheus: tests/real_node."""

from typing import Any

import pytest

from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.doctor.api_server import NoAnswerError
from gpu_cluster_tools.doctor.check import CheckStatus
from gpu_cluster_tools.verify import alerts as subject
from gpu_cluster_tools.verify.alerts import alerts
from gpu_cluster_tools.verify.measurement import Measurement
from tests.pains.platforms import stack
from tests.unit.gpu_cluster_tools.verify.clusters import Cluster, listed, pod

OK, WARN, FAIL, SKIP = CheckStatus.OK, CheckStatus.WARN, CheckStatus.FAIL, CheckStatus.SKIP
PODS = "/api/v1/namespaces/telemetry/pods"
UP, DOWN = ({"metric": {"job": "kubelet"}, "value": [0, value]} for value in ("1", "0"))


def alert(name: str, severity: str, state: str = "firing") -> dict[str, Any]:
    labels = {"alertname": name, "severity": severity}
    return {"labels": labels, "annotations": {"runbook": f"What to do about {name}."}, "state": state}


def seen(
    monkeypatch: pytest.MonkeyPatch, up: list[dict[str, Any]], listed_alerts: list[dict[str, Any]]
) -> dict[str, Measurement]:
    def asked(_: object, __: str, path: str) -> dict[str, Any]:
        return {"alerts": listed_alerts} if path.endswith("/alerts") else {"result": up}

    monkeypatch.setattr(subject, "_asked", asked)
    found = alerts(stack("onprem", {}), (), Cluster({PODS: listed(pod("prometheus-0", "node"))}))
    return {check.name: check for check in found}


def test_no_firing_alerts_and_healthy_targets_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    found = seen(
        monkeypatch, [UP, UP], [alert("GpuIdle", "info"), alert("ModelQueueGrows", "warning", "pending")]
    )
    assert {check.verdict for check in found.values()} == {OK}
    assert found["targets"].numbers == {"targets": 2, "down": 0}
    assert found["alerts"].found == "none firing, 1 pending"


@pytest.mark.parametrize(("severity", "verdict"), [("warning", WARN), ("critical", FAIL)])
def test_firing_alerts_are_named(
    severity: str, verdict: CheckStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = seen(monkeypatch, [UP], [alert("ModelQueueGrows", "warning"), alert("GpuXid", severity)])[
        "alerts"
    ]
    assert found.verdict is verdict
    assert "GpuXid" in found.found
    assert found.numbers["firing"] == 2
    first = "GpuXid" if severity == "critical" else "ModelQueueGrows"
    assert found.advice == f"{first}: What to do about {first}."


def test_down_targets_are_counted_by_job(monkeypatch: pytest.MonkeyPatch) -> None:
    found = seen(monkeypatch, [UP, DOWN, DOWN], [])["targets"]
    assert (found.verdict, found.found) == (WARN, "2 of 3 are down: kubelet (2)")
    assert seen(monkeypatch, [], [])["targets"].verdict is FAIL


def test_prometheus_that_does_not_answer_blocks_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object) -> dict[str, Any]:
        raise NoAnswerError("connection refused")

    monkeypatch.setattr(subject, "_asked", asked)
    [found] = alerts(stack("onprem", {}), (), Cluster({PODS: listed(pod("prometheus-0", "node"))}))
    assert (found.verdict, found.blocked) == (SKIP, True)


def test_prometheus_of_another_version_blocks_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object) -> dict[str, Any]:
        return {"result": [{"value": []}], "alerts": []}

    monkeypatch.setattr(subject, "_asked", asked)
    [found] = alerts(stack("onprem", {}), (), Cluster({PODS: listed(pod("prometheus-0", "node"))}))
    assert (found.verdict, found.blocked) == (SKIP, True)
    assert found.found.startswith("Prometheus answers in an unknown form: ")


@pytest.mark.parametrize(
    ("settings", "paths", "verdict", "blocked"),
    [
        (stack("local", {}), {}, SKIP, False),
        (stack("onprem", {"telemetry": {"prometheus": "existing"}}), {}, SKIP, False),
        (stack("onprem", {}), {PODS: None}, SKIP, True),
        (stack("onprem", {}), {PODS: listed()}, FAIL, False),
        (stack("onprem", {}), {PODS: listed(pod("prometheus-0", "fake-0"))}, SKIP, False),
        (stack("onprem", {}), {PODS: listed(pod("prometheus-0", "node", ready=False))}, FAIL, False),
    ],
)
def test_stack_without_a_running_prometheus_has_a_reason(
    settings: Stack, paths: dict[str, Any], verdict: CheckStatus, blocked: bool
) -> None:
    [found] = alerts(settings, {"fake-0"}, Cluster(paths))
    assert (found.verdict, found.blocked) == (verdict, blocked)
