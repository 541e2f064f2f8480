"""Metrics that autoscalers of models read, and those that the platform serves."""

from gpu_cluster.catalog.engines import ENGINES
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.config.stack import Stack


def waiting_metric(settings: ModelSettings) -> str | None:
    """Metric that counts waiting requests; None for a custom server that names none."""
    if settings.waiting_metric or settings.engine is ServingEngine.CUSTOM:
        return settings.waiting_metric
    return ENGINES[settings.engine.value].waiting


def scales(settings: ModelSettings) -> bool:
    return settings.replicas.min < settings.replicas.max


def served_metrics(stack: Stack) -> frozenset[str]:
    """Metrics of the adapter: of each autoscaled model, and of every engine if the stack has teams, whose
    models are in their own stack files."""
    if not stack.serves_metrics:
        return frozenset()
    models = {waiting_metric(it) for it in stack.serving.models.values() if scales(it) and _collected(it)}
    of_teams = {it.waiting for it in ENGINES.values()} if stack.teams else set[str]()
    return frozenset(it for it in models | of_teams if it)


def _collected(settings: ModelSettings) -> bool:
    """A custom server's metrics are collected where its settings say at which path."""
    return settings.engine is not ServingEngine.CUSTOM or settings.server.metrics is not None
