"""`gpu-cluster:logs`: destinations of pod logs, node journals and Kubernetes events."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from gpu_cluster.config.cidr import Cidr
from gpu_cluster.config.containers import ObjectName
from gpu_cluster.config.flag import Flag
from gpu_cluster.config.names import Name, Namespace
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.quantity import Bytes
from gpu_cluster.config.retention import RetentionDays
from gpu_cluster.config.section import Settings

LOGS_NAMESPACE = "logs"
LOG_NODES_NAMESPACE = "logs-nodes"
LOG_COLLECTOR = "log-collector"
"""Name of the collector, its service account and its Service."""

DESTINATIONS = ("cloudwatch", "otlp", "files")


class CloudWatch(Settings):
    """CloudWatch log group, encrypted with the platform's KMS key for logs."""

    retention_days: RetentionDays = 30
    """Log retention, in days. Default: 30."""


class OtlpEndpoint(Settings):
    """External log store with an OTLP/HTTP endpoint, such as Loki or OpenSearch."""

    url: Annotated[
        str, Pattern(r"https://[^\s/]+(/\S*)?", "an https address such as https://loki.example.com/otlp")
    ]
    """Base URL of the endpoint, with https; /v1/logs is appended."""

    secret: ObjectName | None = None
    """Secret in namespace logs; key authorization is sent as the Authorization header. Default: none."""

    networks: frozenset[Cidr] = frozenset()
    """CIDR ranges that the collector may reach on the port of url. Default: all."""


class LogFiles(Settings):
    """JSON Lines files on a volume, rotated at 100 MB."""

    storage_class: Name | None = None
    """Storage class of the volume. Default: the default class."""

    size: Bytes = "50Gi"
    """Size of the volume; files use at most four fifths. Default: 50Gi."""

    retention_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """Retention in days, limited by the size of the volume. Default: 30."""


class LogSettings(Settings):
    """Destinations of pod logs, node journals and Kubernetes events."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": [it]} for it in DESTINATIONS]})

    cloudwatch: CloudWatch | None = None
    """CloudWatch log group; only with provider eks. Default: none."""

    otlp: OtlpEndpoint | None = None
    """OTLP/HTTP endpoint. Default: none."""

    files: LogFiles | None = None
    """Files on a volume. Default: none."""

    namespaces: frozenset[Namespace] = frozenset()
    """Namespaces to collect pod logs from. Default: all."""

    nodes: Flag = True
    """Collect node journals: kubelet, containerd and kernel. Default: true."""

    events: Flag = True
    """Collect Kubernetes events. Default: true."""

    @model_validator(mode="after")
    def _has_destination(self) -> Self:
        if not any(getattr(self, it) for it in DESTINATIONS):
            raise ValueError("expected at least one of cloudwatch, otlp, files")
        return self
