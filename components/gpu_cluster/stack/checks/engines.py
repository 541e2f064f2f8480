"""Engines: image, supported options, and parallelism that matches the GPUs."""

from collections.abc import Iterator

from gpu_cluster.capacity import engine_options, release_of
from gpu_cluster.catalog.engines import ENGINES, flags_of, known_releases
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.engine_arguments import argument_diagnostics, value_problem
from gpu_cluster.stack.checks.valid_models import valid_models
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import one_of

_ALL = {
    *("revision", "context", "concurrency", "maxSequences", "batchedTokens", "gpuMemoryUtilization"),
    *("quantization", "kvCacheDtype", "speculative", "lora"),
    *("tensorParallel", "pipelineParallel", "dataParallel", "expertParallel"),
    *("toolParser", "reasoningParser", "chatTemplate"),
}
_UNDERSTOOD = {
    ServingEngine.VLLM: _ALL,
    ServingEngine.SGLANG: _ALL,
    ServingEngine.TRITON: set[str](),
    ServingEngine.NIM: set[str](),
    ServingEngine.TEI: {"revision", "maxSequences", "concurrency", "batchedTokens"},
    ServingEngine.CUSTOM: set[str](),
}
"""Keys that set arguments of the engine, by engine."""

_SET = {
    ServingEngine.VLLM: {"HF_HOME", "HF_HUB_OFFLINE", "HOME", "USER"},
    ServingEngine.SGLANG: {
        *("HF_HOME", "HF_HUB_OFFLINE", "HOME"),
        "SGLANG_ENABLE_HEALTH_ENDPOINT_GENERATION",
    },
    ServingEngine.TRITON: {"HF_HOME", "HOME"},
    ServingEngine.NIM: {"NIM_CACHE_PATH", "NIM_SERVED_MODEL_NAME", "NIM_SERVER_PORT", "HOME"},
    ServingEngine.TEI: {"HF_HOME", "HF_HUB_OFFLINE", "HOME", "PORT", "MODEL_ID", "HOSTNAME"},
    ServingEngine.CUSTOM: {"HF_HOME", "HOME"},
}
"""Environment variables that the platform sets, by engine."""

_CHOSEN = {
    "quantization": "--quantization",
    "kvCacheDtype": "--kv-cache-dtype",
    "toolParser": "--tool-call-parser",
    "reasoningParser": "--reasoning-parser",
}
"""Keys whose allowed values depend on the engine release, with their arguments."""

_METHODS = {ServingEngine.VLLM: "--spec-method", ServingEngine.SGLANG: "--speculative-algorithm"}
"""Arguments with the methods of speculative decoding."""


def engines(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    """Checks only models without other errors, because the invalid key may decide."""
    for keys, model in valid_models(stack, broken):
        yield from _image(keys, model)
        yield from _understood(keys, model)
        yield from _parallel(keys, model)
        yield from _sequences(keys, model)
        yield from _words(keys, model)
        of_group = {"VLLM_HOST_IP"} if model.nodes > 1 else set[str]()
        for variable in sorted((_SET[model.engine] | of_group) & model.env.keys()):
            yield Diagnostic((*keys, "env", variable), "set by the platform; remove it")
        release = release_in_use(model)
        yield from argument_diagnostics((*keys, "args"), model.engine.value, release, model.args)


def release_in_use(model: ModelSettings) -> str | None:
    """Engine release for argument checks; None for a custom image without version."""
    if model.version:
        return release_of(model.version)
    return (
        release_of(ENGINES["vllm"].example)
        if model.engine is ServingEngine.VLLM and not model.image
        else None
    )


def unchecked_engine(name: str, model: ModelSettings) -> Iterator[str]:
    """Parts of a model's settings that are not checked, one sentence each."""
    engine, release = model.engine.value, release_in_use(model)
    if model.engine is not ServingEngine.VLLM:
        yield f"model {name}: GPU memory is not checked: engine {engine}"
    elif release is None:
        assumed = ENGINES[engine].example
        yield f"model {name}: GPU memory is checked as of vllm {assumed}; set version to that of the image"
    if model.args and flags_of(engine, release) is None:
        known = known_releases(engine)
        of = f"; those of {engine} {one_of(known)} are" if known else ""
        yield f"model {name}: arguments are not checked: {engine} {model.version or model.image}{of}"


def _image(keys: Keys, model: ModelSettings) -> Iterator[Diagnostic]:
    engine = ENGINES.get(model.engine.value)
    if model.version and engine is None:
        yield Diagnostic((*keys, "version"), "not with engine custom; the image defines it; remove the key")
    if model.image or (model.version and engine and engine.repository):
        return
    if engine is None or engine.repository is None:
        example = f", such as {engine.example} with a tag and digest" if engine else ""
        message = f"required key is missing with engine {model.engine.value}; image of the server{example}"
        yield Diagnostic((*keys, "image"), message)
    elif model.engine is not ServingEngine.VLLM:
        message = (
            f"required key is missing with engine {model.engine.value}; a release such as {engine.example}"
        )
        yield Diagnostic((*keys, "version"), f"{message}, preferably with its digest; or image")


def _understood(keys: Keys, model: ModelSettings) -> Iterator[Diagnostic]:
    engine = model.engine
    given = {_camel(name) for name in model.model_fields_set}
    for key in sorted((given & _ALL) - _UNDERSTOOD[engine]):
        yield Diagnostic((*keys, key), f"not supported for engine {engine.value}; use args or env")
    if "server" in given and engine is not ServingEngine.CUSTOM:
        yield Diagnostic((*keys, "server"), f"only with engine custom, got {engine.value}")
    ranged = model.replicas.min < model.replicas.max
    if engine is ServingEngine.CUSTOM and ranged and not model.waiting_metric:
        message = "required key is missing with engine custom and a range of replicas"
        yield Diagnostic((*keys, "waitingMetric"), f"{message}; pod metric of waiting requests")


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def _parallel(keys: Keys, model: ModelSettings) -> Iterator[Diagnostic]:
    options = engine_options(model)
    parts = {
        "tensorParallel": model.tensor_parallel,
        "pipelineParallel": model.pipeline_parallel if model.pipeline_parallel > 1 else None,
        "dataParallel": model.data_parallel if model.data_parallel > 1 else None,
    }
    stated = {key: count for key, count in parts.items() if count}
    if stated and model.nodes == 1 and options.gpus != model.gpus:
        product = " by ".join(f"{key} {count}" for key, count in stated.items())
        yield Diagnostic(
            (*keys, "gpus"), f"expected {_gpus(options.gpus, model)}, for {product}, got {model.gpus}"
        )
    speculative = model.speculative
    if speculative and speculative.options and model.engine is not ServingEngine.VLLM:
        yield Diagnostic(
            (*keys, "speculative", "options"), f"only with engine vllm, got {model.engine.value}"
        )


def _gpus(needed: int, model: ModelSettings) -> str:
    """Without tensorParallel, any multiple of the other sizes is valid."""
    others = model.pipeline_parallel * model.data_parallel
    return str(needed) if model.tensor_parallel else f"a multiple of {others}"


def _sequences(keys: Keys, model: ModelSettings) -> Iterator[Diagnostic]:
    if model.max_sequences and model.concurrency and model.max_sequences < model.concurrency:
        message = f"expected at least concurrency, {model.concurrency}, got {model.max_sequences}"
        yield Diagnostic((*keys, "maxSequences"), message)


def _words(keys: Keys, model: ModelSettings) -> Iterator[Diagnostic]:
    flags = flags_of(model.engine.value, release_in_use(model))
    values = {
        "quantization": model.quantization,
        "kvCacheDtype": model.kv_cache_dtype,
        "toolParser": model.tool_parser,
        "reasoningParser": model.reasoning_parser,
    }
    for key, value in values.items():
        if flags and value and (problem := value_problem(value, flags[_CHOSEN[key]])):
            yield Diagnostic((*keys, key), problem)
    method = model.speculative and model.speculative.method
    flag = (flags or {}).get(_METHODS.get(model.engine, ""))
    accepted = flag and method and model.engine is ServingEngine.SGLANG and method.upper() in flag.choices
    if flag and method and not accepted and (problem := value_problem(method, flag)):
        yield Diagnostic((*keys, "speculative", "method"), problem)
