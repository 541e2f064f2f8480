"""vLLM's command line and environment."""

import json
from collections.abc import Sequence

from gpu_cluster.capacity import (
    EngineOptions,
    Pool,
    engine_options,
    known_model,
    load_of,
    memory_share,
    replica_device,
)
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

_READ_ONCE = '{"distributed":true}'
"""Each GPU's process reads a part of the files and hands it to the others; else each reads every file.

Source: vLLM 0.26.0, vllm/model_executor/model_loader/runai_streamer_loader.py, and its documentation, Loading
models with Run:ai Model Streamer; 2026-11-28.
"""


def vllm(
    served_name: str,
    settings: ModelSettings,
    pool: Pool,
    aliases: Sequence[str] = (),
    *,
    reports_usage: bool = False,
) -> Server:
    """Answers on PORT under `served_name` and its aliases. `reports_usage`: also in streams, unasked.

    Its arguments are those of the release's parser, which tests/witnesses/engine_parser.py asks.
    """
    return Server(
        name="vllm",
        command=["vllm", "serve"],
        arguments=[
            *_arguments([served_name, *aliases], settings, pool),
            *(["--enable-force-include-usage"] if reports_usage else []),
            *settings.args,
        ],
        environment={
            **hub_environment(settings),
            "USER": "vllm",  # the image has no name for the user that it runs as
            "VLLM_NO_USAGE_STATS": "1",
        },
    )


def _arguments(names: Sequence[str], settings: ModelSettings, pool: Pool) -> list[str]:
    options = engine_options(settings)
    arguments = [
        weights_of(settings),
        *_served(names),
        f"--port={PORT}",
        f"--tensor-parallel-size={options.tensor}",
        f"--gpu-memory-utilization={memory_share(pool.sharing, options.utilization):.3f}",
        f"--shutdown-timeout={settings.drain_seconds}",
    ]
    if settings.store and not _loads_otherwise(settings.args):
        # Many threads read at once: a bucket or Lustre gives one reader a small part of what it can.
        arguments.append("--load-format=runai_streamer")
        if options.gpus > 1:
            arguments.append(f"--model-loader-extra-config={_READ_ONCE}")
    if revision := hub_revision(settings, settings.revision):
        arguments.append(f"--revision={revision}")
    if settings.context:
        arguments.append(f"--max-model-len={settings.context}")
    if options.max_sequences:
        arguments.append(f"--max-num-seqs={options.max_sequences}")
    if (cache := _fixed_cache(settings, pool)) is not None:
        arguments.append(f"--kv-cache-memory-bytes={cache}")
    return [*arguments, *_sizing(settings, options), *_features(settings)]


def _loads_otherwise(args: Sequence[str]) -> bool:
    """Whether the stack file sets the loader: another one refuses the configuration of this."""
    return any(word.partition("=")[0].replace("_", "-") == "--load-format" for word in args)


def _served(names: Sequence[str]) -> list[str]:
    """Several names are words behind their flag, and another flag ends them."""
    if len(names) == 1:
        return [f"--served-model-name={names[0]}"]
    return ["--served-model-name", *names]


def _sizing(settings: ModelSettings, options: EngineOptions) -> list[str]:
    values = {
        "max-num-batched-tokens": settings.batched_tokens,
        "quantization": settings.quantization,
        "kv-cache-dtype": settings.kv_cache_dtype,
        "pipeline-parallel-size": options.pipeline if options.pipeline > 1 else None,
        "data-parallel-size": settings.data_parallel if settings.data_parallel > 1 else None,
    }
    arguments = [f"--{name}={value}" for name, value in values.items() if value is not None]
    if settings.expert_parallel:
        arguments.append("--enable-expert-parallel")
    if settings.speculative:
        arguments.append(f"--speculative-config={_speculation(settings, settings.speculative)}")
    if settings.lora:
        arguments += _adapters(settings, settings.lora)
    return arguments


def _speculation(settings: ModelSettings, speculative: Speculation) -> str:
    values = {
        "method": speculative.method,
        "model": location_of(settings, speculative.model, speculative.revision)
        if speculative.model
        else None,
        "revision": hub_revision(settings, speculative.revision),
        "num_speculative_tokens": speculative.tokens,
    }
    stated = {key: value for key, value in values.items() if value is not None}
    return json.dumps(stated | speculative.options, separators=(",", ":"))


def _adapters(settings: ModelSettings, lora: Adapters) -> list[str]:
    """The modules are words behind their flag, and another flag ends them."""
    modules = [f"{name}={location_of(settings, source)}" for name, source in lora.modules.items()]
    return [
        "--enable-lora",
        "--lora-modules",
        *modules,
        f"--max-loras={lora.at_once}",
        f"--max-lora-rank={lora.max_rank}",
    ]


def _features(settings: ModelSettings) -> list[str]:
    arguments: list[str] = []
    if settings.tool_parser:
        arguments += ["--enable-auto-tool-choice", f"--tool-call-parser={settings.tool_parser}"]
    if settings.reasoning_parser:
        arguments.append(f"--reasoning-parser={settings.reasoning_parser}")
    if settings.chat_template:
        arguments.append(f"--chat-template={settings.chat_template}")
    return arguments


def _fixed_cache(settings: ModelSettings, pool: Pool) -> int | None:
    """Bytes of key-value cache for replicas that share a GPU in time; None where vLLM measures it.

    It measures the whole GPU, so of two that start together each takes the other's weights for its own, and
    has little memory left or none (vllm-project/vllm issue 55827, 2026-09-08). Given the bytes it does not
    measure (`kv_cache_memory_bytes` in vllm/config/cache.py, 2026-11-28).
    """
    model = known_model(settings)
    if model is None or pool.gpu is None or not (pool.sharing and pool.sharing.time_slicing):
        return None
    return load_of(settings, model).fixed_cache(replica_device(settings, pool), settings.gpus)
