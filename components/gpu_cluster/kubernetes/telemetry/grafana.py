"""Dashboards for an existing Grafana: ConfigMaps with the labels that its sidecars select.

`make docs` writes the files of `dashboards`. Labels: charts/kube-prometheus-stack/values.yaml of
prometheus-community/helm-charts, read 2026-11-30.
"""

from importlib.resources import files

import pulumi
from pulumi_kubernetes.core import v1 as core

from gpu_cluster.config.telemetry import PROMETHEUS, TELEMETRY_NAMESPACE
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.telemetry.prometheus import PORT
from gpu_cluster.kubernetes.telemetry.server_pods import labels_of
from gpu_cluster.kubernetes.telemetry.yaml_text import yaml_text

DASHBOARDS = ("fleet", "pool", "team", "model", "cost")
_NAME = "grafana"
_DASHBOARD, _SOURCE = {"grafana_dashboard": "1"}, {"grafana_datasource": "1"}


def dashboards(name: str, interval_seconds: int, *, opts: pulumi.ResourceOptions) -> None:
    """The dashboards, and Prometheus as their source. `interval_seconds`: between two samples of a series."""
    for each in DASHBOARDS:
        core.ConfigMap(
            f"{name}-dashboard-{each}",
            metadata=metadata(
                f"{_NAME}-dashboard-{each}", TELEMETRY_NAMESPACE, labels=labels_of(_NAME) | _DASHBOARD
            ),
            data={f"gpu-cluster-{each}.json": dashboard_file(each)},
            opts=opts,
        )
    core.ConfigMap(
        f"{name}-grafana-source",
        metadata=metadata(f"{_NAME}-source", TELEMETRY_NAMESPACE, labels=labels_of(_NAME) | _SOURCE),
        data={"gpu-cluster.yaml": _source(interval_seconds)},
        opts=opts,
    )


def dashboard_file(name: str) -> str:
    """A dashboard as JSON."""
    return files("gpu_cluster.kubernetes.telemetry").joinpath("dashboards", f"{name}.json").read_text("utf-8")


def _source(interval_seconds: int) -> str:
    source = {
        "name": "gpu-cluster",
        "uid": "gpu-cluster",
        "type": "prometheus",
        "access": "proxy",
        "url": f"http://{PROMETHEUS}.{TELEMETRY_NAMESPACE}.svc:{PORT}",
        "jsonData": {"timeInterval": f"{interval_seconds}s"},
    }
    return yaml_text({"apiVersion": 1, "datasources": [source]})
