"""SGLang's command line and environment."""

from gpu_cluster.capacity import Pool, engine_options, memory_share
from gpu_cluster.catalog.engines import ENGINES
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.model_options import Adapters, Speculation
from gpu_cluster.kubernetes.serving.server import (
    PORT,
    Server,
    hub_environment,
    hub_revision,
    location_of,
    weights_of,
)

GROUP_PORT = 20000
"""Port of a leader on which the other pods of its group register."""


def sglang(served_name: str, settings: ModelSettings, pool: Pool, *, reports_usage: bool = False) -> Server:
    """Answers on PORT under `served_name`; without --host it listens only on loopback.

    `reports_usage`: also in streams, unasked.

    A termination signal lets requests finish, for as long as the pod has. By default /health generates a
    token and takes a second at least, longer than a startup probe waits; here only /health_generate does.
    Source: wheel sglang 0.5.23, srt/arg_groups, srt/entrypoints/http_server.py, srt/environ.py and
    srt/managers/tokenizer_manager.py, 2026-11-30.
    """
    engine = ENGINES["sglang"]
    return Server(
        name="sglang",
        command=["python3", "-m", "sglang.launch_server"],
        arguments=[
            *_arguments(served_name, settings, pool),
            *(["--stream-response-default-include-usage"] if reports_usage else []),
            *settings.args,
        ],
        environment=hub_environment(settings) | {"SGLANG_ENABLE_HEALTH_ENDPOINT_GENERATION": "false"},
        ready=engine.ready,
        live=engine.live,
    )


def _arguments(served_name: str, settings: ModelSettings, pool: Pool) -> list[str]:
    options = engine_options(settings)
    values = {
        "model-path": weights_of(settings),
        "served-model-name": served_name,
        "host": "0.0.0.0",  # noqa: S104
        "port": PORT,
        "tp-size": options.tensor,
        "revision": hub_revision(settings, settings.revision),
        "context-length": settings.context,
        "max-running-requests": options.max_sequences,
        "chunked-prefill-size": settings.batched_tokens,
        "mem-fraction-static": _memory_fraction(settings, pool),
        "quantization": settings.quantization,
        "kv-cache-dtype": settings.kv_cache_dtype,
        "pp-size": options.pipeline if options.pipeline > 1 else None,
        "dp-size": settings.data_parallel if settings.data_parallel > 1 else None,
        "ep-size": options.tensor if settings.expert_parallel else None,
        "tool-call-parser": settings.tool_parser,
        "reasoning-parser": settings.reasoning_parser,
        "chat-template": settings.chat_template,
    }
    arguments = [f"--{name}={value}" for name, value in values.items() if value is not None]
    arguments.append("--enable-metrics")
    if settings.speculative:
        arguments += _speculation(settings, settings.speculative)
    if settings.lora:
        arguments += _adapters(settings, settings.lora)
    return arguments


def _memory_fraction(settings: ModelSettings, pool: Pool) -> str | None:
    """Memory fraction for weights and cache; with time-slicing, each replica sees the whole GPU."""
    sliced = pool.sharing and pool.sharing.time_slicing
    if settings.gpu_memory_utilization is None and not sliced:
        return None
    return f"{memory_share(pool.sharing, settings.gpu_memory_utilization):.3f}"


def _speculation(settings: ModelSettings, speculative: Speculation) -> list[str]:
    values = {
        "algorithm": speculative.method.upper() if speculative.method else None,
        "draft-model-path": location_of(settings, speculative.model, speculative.revision)
        if speculative.model
        else None,
        "draft-model-revision": hub_revision(settings, speculative.revision),
        "num-draft-tokens": speculative.tokens,
    }
    return [f"--speculative-{name}={value}" for name, value in values.items() if value is not None]


def _adapters(settings: ModelSettings, lora: Adapters) -> list[str]:
    """The paths are words behind their flag, and another flag ends them."""
    modules = [f"{name}={location_of(settings, source)}" for name, source in lora.modules.items()]
    return [
        "--enable-lora",
        "--lora-paths",
        *modules,
        f"--max-loras-per-batch={lora.at_once}",
        f"--max-lora-rank={lora.max_rank}",
    ]
