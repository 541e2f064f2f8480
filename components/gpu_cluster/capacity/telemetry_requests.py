"""CPU and memory that the servers of telemetry and logs request."""

from collections.abc import Mapping

from gpu_cluster.capacity.prefetch_requests import PREFETCH_REQUESTS
from gpu_cluster.capacity.repair_requests import DETECTOR_REQUESTS
from gpu_cluster.capacity.scaling_metric import served_metrics
from gpu_cluster.config.alerts import ALERTMANAGER
from gpu_cluster.config.logs import LOG_COLLECTOR
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.telemetry import PROMETHEUS, Collector

KUBE_STATE_METRICS = "kube-state-metrics"
METRICS_ADAPTER = "prometheus-adapter"

SERVER_REQUESTS: Mapping[str, Mapping[str, str]] = {
    KUBE_STATE_METRICS: {"cpu": "10m", "memory": "64Mi"},
    METRICS_ADAPTER: {"cpu": "25m", "memory": "64Mi"},
    ALERTMANAGER: {"cpu": "10m", "memory": "32Mi"},
}
"""Requests of each server; those of Prometheus are in the stack file."""

EXPORTER_REQUESTS: Mapping[str, Mapping[str, str]] = {
    "node-exporter": {"cpu": "10m", "memory": "32Mi"},
    "dcgm-exporter": {"cpu": "50m", "memory": "128Mi"},
}
"""Requests of each DaemonSet on a node; the DCGM exporter is on nodes with GPUs alone."""

LOG_AGENT_REQUESTS: Mapping[str, str] = {"cpu": "20m", "memory": "64Mi"}
"""Requests of the agent of logs, on every node."""

LOG_COLLECTOR_REQUESTS: Mapping[str, str] = {"cpu": "50m", "memory": "128Mi"}


def telemetry_requests(stack: Stack) -> dict[str, Mapping[str, str]]:
    """Requests of the servers that the platform runs, one pod each."""
    logs = {LOG_COLLECTOR: LOG_COLLECTOR_REQUESTS} if stack.logs else dict[str, Mapping[str, str]]()
    settings = stack.telemetry
    if not settings.enabled or settings.prometheus is Collector.EXISTING:
        return logs
    servers = {
        KUBE_STATE_METRICS: True,
        METRICS_ADAPTER: bool(served_metrics(stack)),
        ALERTMANAGER: settings.alerts.sent,
    }
    return {
        PROMETHEUS: {"cpu": settings.cpu, "memory": settings.memory},
        **{name: SERVER_REQUESTS[name] for name, runs in servers.items() if runs},
        **logs,
    }


def exporter_requests(stack: Stack) -> list[Mapping[str, str]]:
    """Requests of the DaemonSets that run on a node with GPUs."""
    exporters = EXPORTER_REQUESTS.values() if stack.telemetry.enabled else ()
    prefetch = [PREFETCH_REQUESTS] if stack.serving.prefetch else []
    detectors = [DETECTOR_REQUESTS] if stack.gpu.repair else []
    return [*exporters, *([LOG_AGENT_REQUESTS] if stack.logs else []), *prefetch, *detectors]
