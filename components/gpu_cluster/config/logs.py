"""`gpu-cluster:logs`: logs of pods and nodes and events of Kubernetes, and where they are kept."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from gpu_cluster.config.cidr import Cidr
from gpu_cluster.config.containers import ObjectName
from gpu_cluster.config.flag import Flag
from gpu_cluster.config.names import Name, Namespace
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.quantity import Bytes
from gpu_cluster.config.retention import RetentionDays
from gpu_cluster.config.settings import Settings

LOGS_NAMESPACE = "logs"
LOG_NODES_NAMESPACE = "logs-nodes"
LOG_COLLECTOR = "log-collector"
"""Name of the collector, of its service account and of its Service."""

DESTINATIONS = ("cloudwatch", "otlp", "files")


class CloudWatch(Settings):
    """A log group of Amazon CloudWatch, encrypted by the platform's key for logs."""

    retention_days: RetentionDays = 30
    """Days that CloudWatch keeps them. Default: 30."""


class OtlpEndpoint(Settings):
    """A store of logs outside of the cluster that takes OTLP over HTTP, such as Loki or OpenSearch."""

    url: Annotated[
        str, Pattern(r"https://[^\s/]+(/\S*)?", "an https address such as https://loki.example.com/otlp")
    ]
    """Address below which /v1/logs takes the logs, with https."""

    secret: ObjectName | None = None
    """Secret in the namespace logs whose key authorization is that header's value. Default: none."""

    networks: frozenset[Cidr] = frozenset()
    """Ranges of addresses that the collector may reach on its port. Default: every address."""


class LogFiles(Settings):
    """Files on a volume of the platform, a JSON document a line, rotated at 100 MB."""

    storage_class: Name | None = None
    """Class of the volume. Default: the default class."""

    size: Bytes = "50Gi"
    """Size of the volume, of which files fill at most four fifths. Default: 50Gi."""

    retention_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """Days that files are kept, as far as the volume holds them. Default: 30."""


class LogSettings(Settings):
    """Logs of pods and nodes and events of Kubernetes, and where they are kept."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": [it]} for it in DESTINATIONS]})

    cloudwatch: CloudWatch | None = None
    """A log group of CloudWatch; only with provider eks. Default: none."""

    otlp: OtlpEndpoint | None = None
    """An endpoint that takes OTLP over HTTP. Default: none."""

    files: LogFiles | None = None
    """Files on a volume. Default: none."""

    namespaces: frozenset[Namespace] = frozenset()
    """Namespaces whose pods are read. Default: all."""

    nodes: Flag = True
    """Whether the journals of nodes are read: kubelet, containerd and the kernel. Default: true."""

    events: Flag = True
    """Whether events of Kubernetes are kept. Default: true."""

    @model_validator(mode="after")
    def _has_destination(self) -> Self:
        if not any(getattr(self, it) for it in DESTINATIONS):
            raise ValueError("expected at least one of cloudwatch, otlp, files")
        return self
