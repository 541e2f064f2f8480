"""`gpu-cluster:telemetry`: metrics of GPUs, nodes, objects and models, and who collects them."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field, PositiveInt
from pydantic.alias_generators import to_camel

from gpu_cluster.config.alerts import AlertSettings
from gpu_cluster.config.flag import Flag
from gpu_cluster.config.names import LabelKey, LabelValue, Name, Namespace, NonBlank
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.quantity import Bytes, Quantity
from gpu_cluster.config.settings import Settings

TELEMETRY_NAMESPACE = "telemetry"
PROMETHEUS = "prometheus"
PROMETHEUS_LABELS = {"app.kubernetes.io/name": PROMETHEUS, "app.kubernetes.io/part-of": "gpu-cluster"}


WORKSPACE = re.compile(r"/workspaces/(ws-[-\w]+)/api/v1/remote_write$")
"""Path of a workspace of Amazon Managed Prometheus, with its id."""


class Collector(StrEnum):
    """The Prometheus that collects the metrics."""

    IN_CLUSTER = "in-cluster"
    EXISTING = "existing"


class Scraper(Settings):
    """The pods of a Prometheus that is there already."""

    namespace: Namespace = "monitoring"
    """Namespace of its pods. Default: monitoring."""

    labels: dict[LabelKey, LabelValue] = Field(default={"app.kubernetes.io/name": PROMETHEUS}, min_length=1)
    """Labels of its pods. Default: app.kubernetes.io/name: prometheus."""


class Grafana(Settings):
    """The Grafana that shows the platform's dashboards."""

    namespace: Namespace = "monitoring"
    """Namespace of its pods. Default: monitoring."""

    labels: dict[LabelKey, LabelValue] = Field(default={"app.kubernetes.io/name": "grafana"}, min_length=1)
    """Labels of its pods. Default: app.kubernetes.io/name: grafana."""


class RemoteWrite(Settings):
    """A store of metrics outside of the cluster that gets a copy of every sample."""

    url: Annotated[
        str, Pattern(r"https://[^\s/]+/\S*", "an https address such as https://mimir.example.com/api/v1/push")
    ]
    """Address that takes the samples, with https."""

    sigv4_region: NonBlank | None = None
    """Region by which requests to Amazon Managed Prometheus are signed. Default: none, they are not."""


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
"""Keys of a Prometheus that the platform runs."""

EXISTING_ONLY = ("scraper", "monitors")
"""Keys of a Prometheus that is there already."""


def _without(keys: Iterable[str]) -> dict[str, Any]:
    return {"properties": {to_camel(key): False for key in keys}}


def _given(key: str, value: object) -> dict[str, Any]:
    return {"required": [key], "properties": {key: {"const": value}}}


class TelemetrySettings(Settings):
    """Metrics of GPUs, nodes, objects and models, and who collects them."""

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
    """Whether metrics are collected at all. Default: true."""

    prometheus: Collector = Collector.IN_CLUSTER
    """in-cluster: the platform runs Prometheus; existing: one that is there collects. Default: in-cluster."""

    scraper: Scraper = Scraper()
    """The existing Prometheus, whose pods reach the exporters and models; only with existing."""

    monitors: Flag = False
    """Whether PodMonitors are made, whose kind the cluster must have; only with existing. Default: false."""

    size: Bytes = "50Gi"
    """Size of Prometheus' volume; only with in-cluster. Default: 50Gi."""

    storage_class: Name | None = None
    """Class of its volume, of a disk. Default: the default class; where that is shared, an emptyDir."""

    retention_days: Annotated[int, Field(ge=1, le=3650)] = 15
    """Days that samples are kept, as far as the volume holds them. Default: 15."""

    cpu: Quantity = "100m"
    """CPU that Prometheus requests. Default: 100m."""

    memory: Bytes = "400Mi"
    """Memory that Prometheus requests; it may use four times as much. Default: 400Mi."""

    interval_seconds: PositiveInt = 30
    """Seconds between two samples of a series. Default: 30."""

    remote_write: RemoteWrite | None = None
    """Another store that gets every sample; only with in-cluster. Default: none."""

    serve_metrics: Flag | None = None
    """Whether prometheus-adapter serves queues to autoscalers. Default: on eks, if models may scale."""

    grafana: Grafana | None = None
    """A Grafana that gets dashboards and may query Prometheus; only with in-cluster. Default: none."""

    alerts: AlertSettings = AlertSettings()
    """Where alerts are sent; only with in-cluster. Default: nowhere, Prometheus shows them."""

    @property
    def collectors(self) -> Scraper | None:
        """Pods that may reach metrics; None where nothing collects them."""
        if not self.enabled:
            return None
        if self.prometheus is Collector.EXISTING:
            return self.scraper
        return Scraper(namespace=TELEMETRY_NAMESPACE, labels=PROMETHEUS_LABELS)
