"""Configuration of the collector that agents send to: where logs and events are kept.

Keys: exporter/awscloudwatchlogsexporter, exporter/fileexporter and receiver/k8sobjectsreceiver of
opentelemetry-collector-contrib v0.156.0, exporter/otlphttpexporter of opentelemetry-collector v0.156.0,
read 2026-11-30.
"""

from typing import Any

from gpu_cluster.config.logs import LogSettings
from gpu_cluster.config.quantity import amount
from gpu_cluster.kubernetes.logs.agent_config import (
    HEALTH_PORT,
    MEMORY_LIMITER,
    OTLP_PORT,
    patient,
    pipeline,
    service,
)
from gpu_cluster.kubernetes.telemetry.yaml_text import yaml_text

DATA = "/var/lib/log-collector"
QUEUE = f"{DATA}/queue"
FILES = f"{DATA}/files"

_MEGABYTES = 100
_MB = 10**6
_FULL = 4, 5
"""Part of the volume that files may fill: the queue and the file system need the rest."""


def collector_config(settings: LogSettings, region: str | None) -> str:
    """The configuration as YAML; the log group and the header are variables of the container.

    A record without a timestamp gets the time of reading: CloudWatch refuses records older than 14 days
    (PutLogEvents, API reference, read 2026-11-30).
    """
    exporters = _exporters(settings, region)
    receivers: dict[str, Any] = {"otlp": {"protocols": {"http": {"endpoint": f"0.0.0.0:{OTLP_PORT}"}}}}
    pipelines = {"logs": pipeline(["otlp"], "transform", exporters)}
    if settings.events:
        receivers["k8s_objects"] = {
            "auth_type": "serviceAccount",
            "storage": "file_storage",
            "objects": [
                {
                    "name": "events",
                    "group": "events.k8s.io",
                    "mode": "watch",
                    "exclude_watch_type": ["DELETED"],
                    **({"namespaces": sorted(settings.namespaces)} if settings.namespaces else {}),
                }
            ],
        }
        pipelines["logs/events"] = pipeline(["k8s_objects"], "transform/events", exporters)
    return yaml_text(
        {
            "extensions": {
                "file_storage": {"directory": QUEUE, "create_directory": True},
                "health_check": {"endpoint": f"0.0.0.0:{HEALTH_PORT}"},
            },
            "receivers": receivers,
            "processors": {
                "memory_limiter": MEMORY_LIMITER,
                "transform": _named(_SOURCES),
                **({"transform/events": _named(_EVENTS)} if settings.events else {}),
            },
            "exporters": exporters,
            "service": service(pipelines),
        }
    )


_STREAM = 'resource.attributes["service.name"]'
_SOURCES = (
    f'set({_STREAM}, Concat(["nodes", resource.attributes["k8s.node.name"]], "/"))',
    f'set({_STREAM}, Concat(["pods", resource.attributes["k8s.namespace.name"]], "/")) '
    'where resource.attributes["k8s.namespace.name"] != nil',
)
"""Stream of a log: its namespace, which is a team's or a model's, or its node."""

_EVENTS = (f'set({_STREAM}, "events")',)


def _named(statements: tuple[str, ...]) -> dict[str, Any]:
    timed = "set(log.time, log.observed_time) where log.time_unix_nano == 0"
    return {
        "log_statements": [
            {"context": "resource", "statements": list(statements)},
            {"context": "log", "statements": [timed]},
        ]
    }


def _exporters(settings: LogSettings, region: str | None) -> dict[str, Any]:
    exporters: dict[str, Any] = {}
    if settings.cloudwatch:
        exporters["awscloudwatchlogs"] = {
            "region": region,
            "log_group_name": "${env:LOG_GROUP}",
            "log_stream_name": "{ServiceName}",
            **patient(),
        }
    if it := settings.otlp:
        header = {"headers": {"Authorization": "${env:AUTHORIZATION}"}} if it.secret else {}
        exporters["otlp_http"] = {"endpoint": it.url.rstrip("/"), **header, **patient()}
    if it := settings.files:
        part, of = _FULL
        exporters["file"] = {
            "path": f"{FILES}/logs.json",
            "create_directory": True,
            "flush_interval": "100ms",  # it has no queue: a collector that is killed loses what it buffers
            "rotation": {
                "max_megabytes": _MEGABYTES,
                "max_days": it.retention_days,
                "max_backups": max(1, int(amount(it.size)) * part // of // (_MEGABYTES * _MB) - 1),
            },
        }
    return exporters
