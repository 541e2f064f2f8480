"""Targets and alerts of the platform's Prometheus."""

import json
from collections import Counter
from collections.abc import Collection, Iterator
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

from gpu_cluster.config.stack import Stack
from gpu_cluster.config.telemetry import PROMETHEUS_LABELS, TELEMETRY_NAMESPACE, Collector
from gpu_cluster.kubernetes.telemetry.prometheus import PORT
from gpu_cluster_tools.doctor.api_server import ApiServer, NoAnswerError
from gpu_cluster_tools.doctor.check import Group
from gpu_cluster_tools.doctor.node_facts import is_ready
from gpu_cluster_tools.verify.measurement import Measurement, blocked, measured
from gpu_cluster_tools.verify.pods import name_of, on_nodes, pods_with
from gpu_cluster_tools.verify.port_forward import port_forward

_ALERTS = Group("telemetry")
_SECONDS = 30
_SHOWN = 5
_STOPS = "critical"
_QUIET = {"info", "none"}
"""Severities of alerts that need no action."""


def alerts(stack: Stack, simulated: Collection[str], api: ApiServer) -> Iterator[Measurement]:
    """`simulated`: names of nodes that run no program."""
    if not stack.telemetry.enabled:
        yield measured(_ALERTS.skip("alerts", "gpu-cluster:telemetry is off"))
        return
    if stack.telemetry.prometheus is Collector.EXISTING:
        yield measured(_ALERTS.skip("alerts", "alerts belong to another Prometheus with its own rules"))
        return
    pods = pods_with(api, TELEMETRY_NAMESPACE, PROMETHEUS_LABELS)
    if pods is None:
        yield blocked(_ALERTS.skip("alerts", f"not authorized to list pods of {TELEMETRY_NAMESPACE}"))
    elif on_nodes(pods, simulated):
        yield measured(_ALERTS.skip("alerts", "Prometheus is on a simulated node, which runs no containers"))
    elif not (ready := [pod for pod in pods if is_ready(pod)]):
        yield measured(_ALERTS.fail("Prometheus", f"0 of {len(pods)} pods are ready"))
    else:
        yield from _seen(name_of(ready[0]), api)


def _seen(pod: str, api: ApiServer) -> Iterator[Measurement]:
    try:
        up = _asked(api, pod, f"/api/v1/query?query={quote('up')}")["result"]
        firing = _asked(api, pod, "/api/v1/alerts")["alerts"]
        found = _targets(up), _alerts(firing)
    except (NoAnswerError, HTTPException, ValueError) as error:
        words = f"Prometheus does not answer: {error}"
        yield blocked(_ALERTS.skip("alerts", words, "requires permission for pods/portforward"))
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        yield blocked(_ALERTS.skip("alerts", f"Prometheus answers in an unknown form: {error}"))
    else:
        yield from found


def _asked(api: ApiServer, pod: str, path: str) -> dict[str, Any]:
    with port_forward(api, TELEMETRY_NAMESPACE, pod, PORT, timeout=_SECONDS) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        content = response.read()
        if response.status != HTTPStatus.OK:
            raise NoAnswerError(f"{path} answers {response.status}")
        return json.loads(content)["data"]


def _targets(up: list[dict[str, Any]]) -> Measurement:
    """Targets that are up and down: without any no alert could fire."""
    down = [it["metric"] for it in up if it["value"][1] != "1"]
    numbers = {"targets": len(up), "down": len(down)}
    if not up:
        return measured(_ALERTS.fail("targets", "Prometheus has no target"), **numbers)
    if down:
        jobs = Counter(it.get("job", "without a job") for it in down)
        named = ", ".join(f"{job} ({count})" for job, count in jobs.most_common(_SHOWN))
        return measured(_ALERTS.warn("targets", f"{len(down)} of {len(up)} are down: {named}"), **numbers)
    return measured(_ALERTS.ok("targets", f"{len(up)} are up"), **numbers)


def _alerts(listed: list[dict[str, Any]]) -> Measurement:
    """Pending ones are not due yet: they are counted, and stop nothing."""
    firing = [it for it in listed if it["state"] == "firing" and it["labels"].get("severity") not in _QUIET]
    pending = sum(it["state"] == "pending" for it in listed)
    stopping = [it for it in firing if it["labels"].get("severity") == _STOPS]
    numbers = {"critical": len(stopping), "firing": len(firing), "pending": pending}
    if not firing:
        return measured(_ALERTS.ok("alerts", f"none firing, {pending} pending"), **numbers)
    names = Counter(it["labels"]["alertname"] for it in [*stopping, *firing])
    words = f"{len(firing)} firing, {len(stopping)} of them critical: {', '.join([*names][:_SHOWN])}"
    make = _ALERTS.fail if stopping else _ALERTS.warn
    return measured(make("alerts", words, _runbook([*stopping, *firing][0])), **numbers)


def _runbook(alert: dict[str, Any]) -> str:
    name: str = alert["labels"]["alertname"]
    return f"{name}: {alert['annotations'].get('runbook', 'its rule has no runbook')}"
