"""Configuration of the OpenTelemetry Collector on each node.

Keys: receiver/filelogreceiver, receiver/journaldreceiver and extension/storage/filestorage of
opentelemetry-collector-contrib v0.156.0, exporter/exporterhelper of opentelemetry-collector v0.156.0, read
2026-11-30.
"""

from collections.abc import Iterable
from typing import Any

from gpu_cluster.config.logs import LOG_COLLECTOR, LOG_NODES_NAMESPACE, LOGS_NAMESPACE, LogSettings
from gpu_cluster.kubernetes.telemetry.yaml_text import yaml_text

HEALTH_PORT = 13133
OTLP_PORT = 4318
HOST = "/host"
STATE = "/var/lib/gpu-cluster-logs"
"""Folder on the node with the positions in its files, and with what the collector has not taken yet."""

MEMORY_LIMITER = {"check_interval": "1s", "limit_percentage": 75, "spike_limit_percentage": 20}
"""Percentages of the container's memory limit: beyond them logs wait in their files."""

ARGUMENTS = ("--feature-gates=stanza.synchronousLogEmitter",)
"""Lines are handed on before their position is stored: an agent that is killed would lose them otherwise.

Feature gate of pkg/stanza v0.156.0 of opentelemetry-collector-contrib, read 2026-11-30.
"""

_RECORDS = 1000

_PODS = f"{HOST}/var/log/pods"
_OWN = (LOGS_NAMESPACE, LOG_NODES_NAMESPACE)
"""Namespaces that are never read: a line about a line that was not sent would never end."""


def agent_config(settings: LogSettings) -> str:
    """The configuration as YAML. A file is read on where the last pod of the node stopped."""
    kept = {"storage": "file_storage", "retry_on_failure": {"enabled": True}}
    receivers: dict[str, Any] = {
        "file_log": {
            "include": [f"{_PODS}/{it}_*/*/*.log" for it in sorted(settings.namespaces)]
            or [f"{_PODS}/*/*/*.log"],
            "exclude": [f"{_PODS}/{it}_*/*/*.log" for it in _OWN],
            "include_file_path": True,
            "start_at": "beginning",
            **kept,
            "operators": [{"type": "container"}],
        }
    }
    if settings.nodes:
        # The program of the node reads its own journals: another version may not know their format.
        receivers["journald"] = {
            "root_path": HOST,
            "journalctl_path": "/usr/bin/journalctl",
            "priority": "info",
            "start_at": "end",
            # Without it journalctl keeps to the current boot, and the last lines of one before are lost.
            "merge": True,
            **kept,
        }
    node = 'set(resource.attributes["k8s.node.name"], "${env:NODE_NAME}")'
    return yaml_text(
        {
            "extensions": {
                "file_storage": {"directory": STATE},
                "health_check": {"endpoint": f"0.0.0.0:{HEALTH_PORT}"},
            },
            "receivers": receivers,
            "processors": {
                "memory_limiter": MEMORY_LIMITER,
                "transform": {"log_statements": [{"context": "resource", "statements": [node]}]},
            },
            "exporters": {
                "otlp_http": {
                    "endpoint": f"http://{LOG_COLLECTOR}.{LOGS_NAMESPACE}.svc.cluster.local:{OTLP_PORT}",
                    **patient(),
                }
            },
            "service": service({"logs": pipeline(receivers, "transform", ["otlp_http"])}),
        }
    )


def patient() -> dict[str, Any]:
    """Settings of an exporter that buffers unsent records on disk, and stops reading when the buffer is full.
    It batches buffered records. A batch processor would hold them in memory and could lose them."""
    return {
        "sending_queue": {
            "storage": "file_storage",
            "sizer": "items",
            "queue_size": 200 * _RECORDS,
            "block_on_overflow": True,
            "batch": {"flush_timeout": "1s", "min_size": _RECORDS, "max_size": _RECORDS},
        },
        "retry_on_failure": {"max_elapsed_time": "0s"},
    }


def pipeline(receivers: Iterable[str], transform: str, exporters: Iterable[str]) -> dict[str, Any]:
    processors = ["memory_limiter", transform]
    return {"receivers": list(receivers), "processors": processors, "exporters": list(exporters)}


def service(pipelines: dict[str, Any]) -> dict[str, Any]:
    return {
        "extensions": ["file_storage", "health_check"],
        "pipelines": pipelines,
        "telemetry": {"logs": {"level": "warn"}, "metrics": {"level": "none"}},
    }
