"""PodMonitors: what a Prometheus that is there already has to scrape.

The kind is that of the Prometheus operator; a cluster without it refuses them.
"""

from collections.abc import Collection
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from gpu_cluster.catalog.engines import ENGINES
from gpu_cluster.config.telemetry import TelemetrySettings
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.telemetry.exporters import NODES_NAMESPACE

_PART_OF = {"app.kubernetes.io/part-of": "gpu-cluster"}


def pod_monitors(
    name: str,
    settings: TelemetrySettings,
    models: Collection[str],
    *,
    gpus: bool,
    opts: pulumi.ResourceOptions,
) -> None:
    """PodMonitors: one for GPUs, and one per engine."""
    where = settings.scraper.namespace
    monitors = {"dcgm-exporter": ({NODES_NAMESPACE}, "/metrics", "metrics")} if gpus else {}
    for engine, served in ENGINES.items():
        if models:
            monitors[engine] = (set(models), served.metrics, "metrics" if served.metrics_port else "http")
    for program, (namespaces, path, port) in monitors.items():
        CustomResource(
            f"{name}-monitor-{program}",
            api_version="monitoring.coreos.com/v1",
            kind="PodMonitor",
            metadata=metadata(f"gpu-cluster-{program}", where),
            spec=_spec(program, namespaces, path, port, settings.interval_seconds),
            opts=opts,
        )


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
