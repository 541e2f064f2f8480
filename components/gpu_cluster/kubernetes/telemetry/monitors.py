"""PodMonitors: scrape targets for an existing Prometheus.

They require the Prometheus operator.
"""

from collections.abc import Collection, Mapping
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pydantic.alias_generators import to_camel

from gpu_cluster.catalog.engines import ENGINES
from gpu_cluster.config.telemetry import TelemetrySettings
from gpu_cluster.kubernetes.gateway.names import PROXIES
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.telemetry.exporters import NODES_NAMESPACE
from gpu_cluster.kubernetes.telemetry.gateway_scrape_jobs import GATEWAY_JOBS, GatewayJob

_PART_OF = {"app.kubernetes.io/part-of": "gpu-cluster"}


def pod_monitors(
    name: str,
    settings: TelemetrySettings,
    models: Collection[str],
    *,
    gpus: bool,
    gateway: bool = False,
    opts: pulumi.ResourceOptions,
) -> None:
    """PodMonitors: one for GPUs, one per engine, and two for the gateway."""
    where = settings.scraper.namespace
    monitors = {"dcgm-exporter": ({NODES_NAMESPACE}, "/metrics", "metrics")} if gpus else {}
    for engine, served in ENGINES.items():
        if models:
            monitors[engine] = (set(models), served.metrics, "metrics" if served.metrics_port else "http")
    specs = {
        program: _spec(program, namespaces, path, port, settings.interval_seconds)
        for program, (namespaces, path, port) in monitors.items()
    }
    if gateway:
        specs |= {job.name: _of_gateway(job, settings.interval_seconds) for job in GATEWAY_JOBS}
    for program, spec in specs.items():
        CustomResource(
            f"{name}-monitor-{program}",
            api_version="monitoring.coreos.com/v1",
            kind="PodMonitor",
            metadata=metadata(f"gpu-cluster-{program}", where),
            spec=spec,
            opts=opts,
        )


def _of_gateway(job: GatewayJob, seconds: int) -> dict[str, Any]:
    """Pods of controller and proxies have a port `metrics` (envoyproxy/gateway v1.6.0: charts/gateway-helm,
    internal/infrastructure/kubernetes/proxy/resource.go)."""
    return {
        "selector": {"matchLabels": dict([job.label])},
        "namespaceSelector": {"matchNames": [PROXIES]},
        "podMetricsEndpoints": [
            {
                "port": "metrics",
                "path": job.path,
                "interval": f"{seconds}s",
                "relabelings": [{"sourceLabels": ["__meta_kubernetes_pod_node_name"], "targetLabel": "node"}],
                "metricRelabelings": [_in_the_operators_words(it) for it in job.relabelled],
            }
        ],
    }


def _in_the_operators_words(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule of Prometheus with the keys of the operator: sourceLabels for source_labels."""
    return {to_camel(key): value for key, value in rule.items()}


def _spec(program: str, namespaces: set[str], path: str, port: str, seconds: int) -> dict[str, Any]:
    instance = "__meta_kubernetes_pod_label_app_kubernetes_io_instance"
    target = "pool" if program == "dcgm-exporter" else "model"
    return {
        "selector": {"matchLabels": {"app.kubernetes.io/name": program, **_PART_OF}},
        "namespaceSelector": {"matchNames": sorted(namespaces)},
        "podMetricsEndpoints": [
            {
                "port": port,
                "path": path,
                "interval": f"{seconds}s",
                "honorLabels": target == "pool",  # DCGM's exporter says which pod has a GPU
                "relabelings": [
                    {"sourceLabels": [instance], "targetLabel": target},
                    {"sourceLabels": ["__meta_kubernetes_pod_node_name"], "targetLabel": "node"},
                ],
            }
        ],
    }
