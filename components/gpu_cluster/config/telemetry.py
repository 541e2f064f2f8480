"""`gpu-cluster:telemetry`: metrics of GPUs, nodes, objects and models."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, PositiveInt
from pydantic.alias_generators import to_camel

from gpu_cluster.config.alerts import AlertSettings
from gpu_cluster.config.cidr import Cidr
from gpu_cluster.config.flag import Flag
from gpu_cluster.config.names import LabelKey, LabelValue, Name, Namespace, NonBlank
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.quantity import Bytes, Quantity
from gpu_cluster.config.section import Settings

TELEMETRY_NAMESPACE = "telemetry"
PROMETHEUS = "prometheus"
PROMETHEUS_LABELS = {"app.kubernetes.io/name": PROMETHEUS, "app.kubernetes.io/part-of": "gpu-cluster"}


WORKSPACE = re.compile(r"/workspaces/(ws-[-\w]+)/api/v1/remote_write$")
"""Path of an Amazon Managed Prometheus workspace, with its ID."""


class Collector(StrEnum):
    """Prometheus that collects the metrics."""

    IN_CLUSTER = "in-cluster"
    EXISTING = "existing"


class Scraper(Settings):
    """Pods of an existing Prometheus."""

    namespace: Namespace = "monitoring"
    """Namespace of the pods. Default: monitoring."""

    labels: dict[LabelKey, LabelValue] = Field(default={"app.kubernetes.io/name": PROMETHEUS}, min_length=1)
    """Labels of the pods. Default: app.kubernetes.io/name: prometheus."""


class Grafana(Settings):
    """Pods of the Grafana that shows the platform's dashboards."""

    namespace: Namespace = "monitoring"
    """Namespace of the pods. Default: monitoring."""

    labels: dict[LabelKey, LabelValue] = Field(default={"app.kubernetes.io/name": "grafana"}, min_length=1)
    """Labels of the pods. Default: app.kubernetes.io/name: grafana."""


class RemoteWrite(Settings):
    """Remote-write endpoint that receives every sample."""

    url: Annotated[
        str, Pattern(r"https://[^\s/]+/\S*", "an https address such as https://mimir.example.com/api/v1/push")
    ]
    """Remote-write URL, with https."""

    sigv4_region: NonBlank | None = None
    """Region for SigV4 signing of requests to Amazon Managed Prometheus. Default: none, unsigned."""

    networks: frozenset[Cidr] = frozenset()
    """CIDR ranges that Prometheus may reach on the port of url. Default: all."""

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 443


IN_CLUSTER_ONLY = (
    "size",
    "storage_class",
    "retention_days",
    "cpu",
    "memory",
    "remote_write",
    "alerts",
    "grafana",
    "serve_metrics",
)
"""Keys that require an in-cluster Prometheus."""

EXISTING_ONLY = ("scraper", "monitors")
"""Keys that require an existing Prometheus."""


def _without(keys: Iterable[str]) -> dict[str, Any]:
    return {"properties": {to_camel(key): False for key in keys}}


def _given(key: str, value: object) -> dict[str, Any]:
    return {"required": [key], "properties": {key: {"const": value}}}


class TelemetrySettings(Settings):
    """Metrics of GPUs, nodes, objects and models."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {"if": _given("enabled", False), "then": {"maxProperties": 1}},
                {
                    "if": _given("prometheus", Collector.EXISTING.value),
                    "then": _without(IN_CLUSTER_ONLY),
                    "else": _without(EXISTING_ONLY),
                },
            ]
        }
    )

    enabled: Flag = True
    """Collect metrics. Default: true."""

    prometheus: Collector = Collector.IN_CLUSTER
    """Prometheus: in-cluster (installed by the platform) or existing. Default: in-cluster."""

    scraper: Scraper = Scraper()
    """Pods of the existing Prometheus, allowed to scrape; only with existing."""

    monitors: Flag = False
    """Create PodMonitors; requires their CRD; only with existing. Default: false."""

    size: Bytes = "50Gi"
    """Size of the Prometheus volume; only with in-cluster. Default: 50Gi."""

    storage_class: Name | None = None
    """Block storage class of the volume. Default: the default class, or an emptyDir if that is shared."""

    retention_days: Annotated[int, Field(ge=1, le=3650)] = 15
    """Retention in days, limited by the size of the volume. Default: 15."""

    cpu: Quantity = "100m"
    """CPU request of Prometheus. Default: 100m."""

    memory: Bytes = "400Mi"
    """Memory request of Prometheus; the limit is four times as much. Default: 400Mi."""

    interval_seconds: PositiveInt = 30
    """Scrape interval in seconds. Default: 30."""

    remote_write: RemoteWrite | None = None
    """Remote write of every sample; only with in-cluster. Default: none."""

    serve_metrics: Flag | None = None
    """Install prometheus-adapter for autoscaling by queue length. Default: on eks, if models scale."""

    grafana: Grafana | None = None
    """Grafana that gets the dashboards and may query Prometheus; only with in-cluster. Default: none."""

    alerts: AlertSettings = AlertSettings()
    """Receivers of alerts; only with in-cluster. Default: none; Prometheus shows alerts."""

    @property
    def collectors(self) -> Scraper | None:
        """Pods that may scrape metrics; None if no metrics are collected."""
        if not self.enabled:
            return None
        if self.prometheus is Collector.EXISTING:
            return self.scraper
        return Scraper(namespace=TELEMETRY_NAMESPACE, labels=PROMETHEUS_LABELS)
