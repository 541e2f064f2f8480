"""Telemetry: a supported volume for Prometheus, and keys of the chosen collector."""

from collections.abc import Iterator

from pydantic.alias_generators import to_camel

from gpu_cluster.config.stack import Stack
from gpu_cluster.config.storage import Efs, Nfs
from gpu_cluster.config.telemetry import (
    EXISTING_ONLY,
    IN_CLUSTER_ONLY,
    WORKSPACE,
    Collector,
    TelemetrySettings,
)
from gpu_cluster.stack.checks.region import on_aws, unknown_region
from gpu_cluster.stack.checks.storage import unknown_class
from gpu_cluster.stack.diagnostic import Diagnostic, Keys

_KEYS: Keys = ("telemetry",)
_OF = {Collector.IN_CLUSTER: IN_CLUSTER_ONLY, Collector.EXISTING: EXISTING_ONLY}
"""Keys by collector."""


def telemetry(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    settings = stack.telemetry
    if not settings.enabled:
        for field in sorted(settings.model_fields_set - {"enabled"}):
            yield Diagnostic((*_KEYS, to_camel(field)), "not with enabled: false; remove one of them")
        return
    for collector, fields in _OF.items():
        for field in fields:
            if collector is not settings.prometheus and field in settings.model_fields_set:
                message = f"only with prometheus: {collector.value}, got {settings.prometheus.value}"
                yield Diagnostic((*_KEYS, to_camel(field)), message)
    if settings.serve_metrics and stack.serving.metrics_served:
        message = "not with serving.metricsServed: true, because the metrics API has only one adapter"
        yield Diagnostic((*_KEYS, "serveMetrics"), f"{message}; remove one of them")
    yield from _topic(stack)
    if problem := _class_problem(settings, stack, broken):
        yield Diagnostic((*_KEYS, "storageClass"), problem)
    if settings.remote_write and (region := settings.remote_write.sigv4_region):
        keys: Keys = (*_KEYS, "remoteWrite", "sigv4Region")
        if not on_aws(stack):
            yield Diagnostic(keys, f"only with provider eks, got {stack.cluster.provider}")
        elif problem := unknown_region(region):
            yield Diagnostic(keys, problem)
        elif not WORKSPACE.search(settings.remote_write.url):
            expected = f"https://aps-workspaces.{region}.amazonaws.com/workspaces/<id>/api/v1/remote_write"
            yield Diagnostic((*_KEYS, "remoteWrite", "url"), f"expected {expected} with sigv4Region")


def _topic(stack: Stack) -> Iterator[Diagnostic]:
    sns = stack.telemetry.alerts.sns
    if sns and not on_aws(stack):
        keys: Keys = (*_KEYS, "alerts", "sns")
        yield Diagnostic(keys, f"only with provider eks, got {stack.cluster.provider}")


def _class_problem(settings: TelemetrySettings, stack: Stack, broken: frozenset[Keys]) -> str | None:
    """Diagnostic of an unknown or shared class: Prometheus does not support NFS, including EFS
    (https://prometheus.io/docs/prometheus/latest/storage/, read 2026-11-29)."""
    chosen = settings.storage_class
    if chosen and isinstance(stack.storage.get(chosen), Efs | Nfs):
        return f"expected a block storage class: Prometheus does not support NFS, the type of '{chosen}'"
    return unknown_class(chosen, stack, broken)
