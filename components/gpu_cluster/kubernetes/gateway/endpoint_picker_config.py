"""Configuration of an endpoint picker: scorers with their weights, and the metrics of replicas."""

from collections.abc import Mapping
from typing import Any

from gpu_cluster.config.model import ModelSettings

_WEIGHTS: Mapping[str, int] = {"queue-scorer": 2, "kv-cache-utilization-scorer": 2, "prefix-cache-scorer": 3}
"""Defaults of the release (pkg/epp/config/loader/defaults.go, v1.5.0)."""

_METRICS: Mapping[str, Mapping[str, str]] = {
    # Without LoRA adapters vLLM has no metric of them, and each read of it would log an error.
    "vllm": {
        "queuedRequestsSpec": "vllm:num_requests_waiting",
        "runningRequestsSpec": "vllm:num_requests_running",
        "kvUsageSpec": "vllm:kv_cache_usage_perc",
        "cacheInfoSpec": "vllm:cache_config_info",
    },
}
"""Metrics by engine; the picker knows those of SGLang itself."""


def configuration(settings: ModelSettings) -> dict[str, Any]:
    """An EndpointPickerConfig of the Gateway API Inference Extension."""
    engine = settings.engine.value
    metrics: dict[str, Any] = {"defaultEngine": engine}
    if not settings.lora and engine in _METRICS:
        metrics["engineConfigs"] = [{"name": engine, **_METRICS[engine]}]
    source, extractor = "metrics-data-source", "core-metrics-extractor"
    return {
        "apiVersion": "inference.networking.x-k8s.io/v1alpha1",
        "kind": "EndpointPickerConfig",
        "plugins": [
            *({"type": scorer} for scorer in _WEIGHTS),
            {"type": source},
            {"type": extractor, "parameters": metrics},
        ],
        "schedulingProfiles": [
            {
                "name": "default",
                "plugins": [{"pluginRef": key, "weight": weight} for key, weight in _WEIGHTS.items()],
            }
        ],
        "dataLayer": {"sources": [{"pluginRef": source, "extractors": [{"pluginRef": extractor}]}]},
    }
