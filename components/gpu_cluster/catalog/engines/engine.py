"""Images, probes and metrics of each inference engine."""

from dataclasses import dataclass
from datetime import date

from gpu_cluster.catalog.source import Source

_READ = date(2026, 11, 29)

ENGINE_SOURCES = {
    "vllm": Source("wheel vllm 0.26.0 on PyPI: entrypoints/serve, v1/metrics/loggers.py", _READ),
    "sglang": Source(
        "wheel sglang 0.5.23 on PyPI: srt/entrypoints/http_server.py (/health, /health_generate), "
        "srt/observability/metrics_collector.py, srt/managers/tokenizer_manager.py (SIGTERM drains requests)",
        _READ,
    ),
    "triton": Source(
        "triton-inference-server/server: docs/user_guide/metrics.md (port 8002, pending requests), "
        "deploy/k8s-onprem/templates/deployment.yaml (/v2/health), src/command_line_parser.cc "
        "(exit-timeout-secs)",
        _READ,
    ),
    "nim": Source(
        "docs.nvidia.com/nim/large-language-models: reference/environment-variables (2.0.12), "
        "latest/observability (/v1/metrics), get-started/configuration (cache)",
        _READ,
    ),
    "text-embeddings-inference": Source(
        "huggingface/text-embeddings-inference: router/src/main.rs (arguments), router/src/shutdown.rs "
        "(SIGTERM drains requests), core/src/queue.rs (te_queue_size)",
        _READ,
    ),
}


@dataclass(frozen=True, slots=True)
class Engine:
    repository: str | None
    """Repository of its public images; None if each model has its own image."""

    example: str
    """A release, or an image if the engine has no repository for all models."""

    ready: str
    """HTTP path that answers 200 once it can serve."""

    live: str
    """HTTP path that answers 200 while it works."""

    metrics: str
    """HTTP path of its metrics."""

    waiting: str
    """Metric of requests that wait."""

    metrics_port: int | None = None
    """Port of its metrics; None for that of the server."""

    api: str = "/v1"
    """Path of its API, which is OpenAI's where it is /v1."""


ENGINES = {
    "vllm": Engine(
        "docker.io/vllm/vllm-openai", "v0.26.0", "/health", "/health", "/metrics", "vllm:num_requests_waiting"
    ),
    "sglang": Engine(
        "docker.io/lmsysorg/sglang",
        "v0.5.23",
        "/health",
        "/health_generate",
        "/metrics",
        "sglang:num_queue_reqs",
    ),
    "triton": Engine(
        "nvcr.io/nvidia/tritonserver",
        "25.06-py3",
        "/v2/health/ready",
        "/v2/health/live",
        "/metrics",
        "nv_inference_pending_request_count",
        metrics_port=8002,
        api="",
    ),
    "nim": Engine(
        None,
        "nvcr.io/nim/meta/llama-3.1-8b-instruct",
        "/v1/health/ready",
        "/v1/health/live",
        "/v1/metrics",
        "num_requests_waiting",
    ),
    "text-embeddings-inference": Engine(
        "ghcr.io/huggingface/text-embeddings-inference",
        "1.8",
        "/health",
        "/health",
        "/metrics",
        "te_queue_size",
    ),
}
"""Engines by their name in the stack file, without `custom`."""
