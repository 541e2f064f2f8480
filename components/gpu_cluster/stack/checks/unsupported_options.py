"""Options of vLLM that a model's architecture does not support: the server would exit at its start."""

from collections.abc import Iterator

from gpu_cluster.capacity import engine_options, known_model
from gpu_cluster.catalog import MODEL_TYPES_RELEASE, MODELS, LanguageModel
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.model_options import Speculation
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.engine_arguments import split_arguments
from gpu_cluster.stack.checks.engines import release_in_use
from gpu_cluster.stack.checks.recipes import is_unserved
from gpu_cluster.stack.checks.valid_models import valid_models
from gpu_cluster.stack.diagnostic import Diagnostic, Keys

_WITHOUT_MODEL = frozenset(
    {"ngram", "ngram_gpu", "suffix", "dspark", "extract_hidden_states", "custom_class"}
)
"""Methods of speculative decoding that need no draft model, beside multi-token prediction."""

_WITHOUT_TOKENS = frozenset({"suffix", "extract_hidden_states", "custom_class"})
"""Methods for which vLLM has a number of speculative tokens without a draft model."""

_TRUST = "--trust-remote-code"


def unsupported_options(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    """Checks models of vLLM whose release is known.

    Source: wheel vllm 0.26.0, vllm/config/model.py (_verify_with_expert_parallelism), speculative.py and
    vllm/model_executor/layers/attention/attention.py, 2026-11-30; tests/witnesses/engine_architectures.py
    and engine_options.py ask vLLM.
    """
    for keys, model in valid_models(stack, broken):
        release = release_in_use(model)
        if model.engine is not ServingEngine.VLLM or release is None or is_unserved(model):
            continue
        if model.speculative:
            yield from _speculation((*keys, "speculative"), model.speculative)
        known = known_model(model)
        if known is None:
            continue
        yield from _experts(keys, model, known)
        yield from _cache_type(keys, model, known)
        if model.speculative:
            yield from _draft((*keys, "speculative"), model.speculative, known)
        if release == MODEL_TYPES_RELEASE:
            yield from _prediction(keys, model, known)
            yield from _own_code(keys, model, known)


def _experts(keys: Keys, model: ModelSettings, known: LanguageModel) -> Iterator[Diagnostic]:
    if not model.expert_parallel or known.experts is None:
        return
    options = engine_options(model)
    gpus = options.tensor * options.data
    if not known.experts:
        message = f"{model.model} has no experts, and vLLM refuses expertParallel; remove the key"
        yield Diagnostic((*keys, "expertParallel"), message)
    elif gpus > known.experts:
        message = f"{model.model} has {known.experts} experts, fewer than the {gpus} GPUs that divide them"
        yield Diagnostic((*keys, "expertParallel"), f"{message}; remove the key")


def _cache_type(keys: Keys, model: ModelSettings, known: LanguageModel) -> Iterator[Diagnostic]:
    if model.kv_cache_dtype != "fp8_e5m2":
        return
    if known.cache_scales or model.quantization == "fp8":
        what = "quantization: fp8" if model.quantization == "fp8" else f"the checkpoint {model.model}"
        message = f"vLLM refuses fp8_e5m2 with {what}; expected fp8, or remove the key"
        yield Diagnostic((*keys, "kvCacheDtype"), message)


def _speculation(keys: Keys, speculative: Speculation) -> Iterator[Diagnostic]:
    method = speculative.method
    if method is None or speculative.model:
        return
    if method not in _WITHOUT_MODEL and not _predicts(method):
        yield Diagnostic((*keys, "model"), f"required key is missing with method {method}; a draft model")
    elif not _has_tokens(speculative) and method not in _WITHOUT_TOKENS:
        message = f"required key is missing with method {method}; the number of tokens, such as 1"
        yield Diagnostic((*keys, "tokens"), message)


def _has_tokens(speculative: Speculation) -> bool:
    return speculative.tokens is not None or "num_speculative_tokens" in speculative.options


def _draft(keys: Keys, speculative: Speculation, known: LanguageModel) -> Iterator[Diagnostic]:
    """Methods such as eagle3 have heads of their own; a whole draft model has the words of the model."""
    draft = MODELS.get(speculative.model or "")
    if draft is None or speculative.method not in (None, "draft_model"):
        return
    if draft.vocabulary and known.vocabulary and draft.vocabulary != known.vocabulary:
        message = (
            f"{draft.name} has a vocabulary of {draft.vocabulary}, and {known.name} of {known.vocabulary}; "
            "vLLM requires the same"
        )
        yield Diagnostic((*keys, "model"), message)


def _prediction(keys: Keys, model: ModelSettings, known: LanguageModel) -> Iterator[Diagnostic]:
    speculative = model.speculative
    if not (speculative and speculative.method and _predicts(speculative.method)) or speculative.model:
        return
    if known.predictors == 0:
        message = (
            f"vLLM {MODEL_TYPES_RELEASE} has no multi-token prediction for {model.model}; expected another "
            "method such as ngram, or model with a draft model"
        )
        yield Diagnostic((*keys, "speculative", "method"), message)


def _own_code(keys: Keys, model: ModelSettings, known: LanguageModel) -> Iterator[Diagnostic]:
    trusted = any(flag.replace("_", "-") == _TRUST for flag, _ in split_arguments(model.args))
    if known.own_code and not trusted:
        yield Diagnostic((*keys, "model"), untrusted_code(model.model))


def untrusted_code(model: str) -> str:
    """Message for a model whose code vLLM does not run unasked."""
    return (
        f"{model} has its config class as code in its repository, and vLLM {MODEL_TYPES_RELEASE} "
        "has none; expected args: {trust-remote-code: true}, and a revision, which pins that code"
    )


def _predicts(method: str) -> bool:
    return method.endswith("mtp")
