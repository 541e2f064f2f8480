"""Models and GPUs that an engine's release or image cannot serve: it would exit at its start."""

from collections.abc import Iterator, Mapping

from gpu_cluster.capacity import Pool, known_model
from gpu_cluster.catalog.engines import flags_of
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.engines import release_in_use
from gpu_cluster.stack.checks.valid_models import valid_models
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import one_of

_OF_CHECKPOINTS: Mapping[str, tuple[str, ...]] = {
    "fp8": ("fp8", "deepseek_v4_fp8", "fbgemm_fp8", "compressed-tensors", "quark", "humming"),
    "mxfp4": ("mxfp4", "gpt_oss_mxfp4", "deepseek_v4_fp8", "compressed-tensors", "quark", "humming"),
    "int4": (
        *("awq", "awq_marlin", "auto_awq", "gptq", "gptq_marlin", "auto_gptq", "moe_wna16"),
        *("compressed-tensors", "inc", "humming"),
    ),
}
"""Values of --quantization that a checkpoint of each precision can have; vLLM refuses any other.

Checkpoints of ModelOpt, those of nvidia, are not among them: with them vLLM ignores the argument.
tests/witnesses/engine_checkpoints.py asked vLLM 0.26.0, 2026-11-30.
"""

_MODELOPT = "nvidia/"

_EMBEDDINGS_TAGS: Mapping[str, tuple[str, ...]] = {
    "T4": ("turing-",),
    "A100": ("",),
    "A10G": ("86-", ""),
    "L4": ("89-", "86-", ""),
    "H100": ("hopper-",),
    "H200": ("hopper-",),
    "B200": ("100-",),
    "RTX-PRO": ("120-",),
}
"""First words of an image's tag by first words of a GPU's name, the recommended one first.

Each image has kernels for some compute capabilities, and its server exits on others. The image cuda-<release>
for all of them has no program text-embeddings-router. Source: huggingface/text-embeddings-inference,
README.md, Docker Images (1.9), backends/candle/src/compute_cap.rs and Dockerfile-cuda-all, 2026-07-24.
"""


def engine_support(
    stack: Stack, offered: Mapping[str, Pool], broken: frozenset[Keys]
) -> Iterator[Diagnostic]:
    """Checks only models without other errors, because the invalid key may decide."""
    for keys, model in valid_models(stack, broken):
        yield from _gguf(keys, model)
        yield from _quantization(keys, model)
        yield from _key_of_nim(keys, model)
        if pool := offered.get(model.pool):
            yield from _embeddings_image(keys, model, pool)


def _gguf(keys: Keys, model: ModelSettings) -> Iterator[Diagnostic]:
    """Whether a release loads GGUF files is among the words of its own parser."""
    engine, release = model.engine.value, release_in_use(model)
    flags = flags_of(engine, release)
    if "gguf" not in model.model.lower() or model.engine is not ServingEngine.VLLM or flags is None:
        return
    if not {"gguf"} & {*flags["--quantization"].choices, *flags["--load-format"].choices}:
        message = f"vllm {release} does not load GGUF files; expected a model with safetensors"
        yield Diagnostic((*keys, "model"), f"{message}, engine sglang, or an image with vllm-gguf-plugin")


def _quantization(keys: Keys, model: ModelSettings) -> Iterator[Diagnostic]:
    known = known_model(model)
    if model.engine is not ServingEngine.VLLM or not model.quantization or known is None:
        return
    if release_in_use(model) is None or model.model.startswith(_MODELOPT):
        return
    allowed = _OF_CHECKPOINTS.get(known.precision, ())
    if allowed and model.quantization not in allowed:
        message = f"{model.model} is published in {known.precision}, and vLLM refuses another quantization"
        yield Diagnostic((*keys, "quantization"), f"{message}; got '{model.quantization}'; remove the key")


def _key_of_nim(keys: Keys, model: ModelSettings) -> Iterator[Diagnostic]:
    """Its image downloads the model from NGC unless the weights are mounted."""
    if model.engine is ServingEngine.NIM and not model.mounts_weights and "NGC_API_KEY" not in model.env:
        message = "NGC_API_KEY from a Secret is required with engine nim, which downloads its model"
        yield Diagnostic((*keys, "env"), f"{message}; or a store with the model's folder")


def _embeddings_image(keys: Keys, model: ModelSettings, pool: Pool) -> Iterator[Diagnostic]:
    if model.engine is not ServingEngine.TEI or model.image or not model.version or pool.gpu is None:
        return
    gpu = pool.gpu.name
    tags = next((tags for name, tags in _EMBEDDINGS_TAGS.items() if gpu.startswith(name)), None)
    if tags is None:
        message = f"no image of text-embeddings-inference is known for {gpu} of pool {pool.name}; set image"
        yield Diagnostic((*keys, "version"), message)
        return
    release = model.version.partition("@")[0]
    built, dash, number = release.partition("-")
    prefix = built + dash if dash and number[:1].isdigit() else ""
    if prefix not in tags:
        right = one_of([f"{tag}{number if prefix else release}" for tag in tags])
        message = f"image {release} has no kernels for {gpu} of pool {pool.name}"
        yield Diagnostic((*keys, "version"), f"{message}; expected {right}")
