"""Engine options that change the GPU memory of a model."""

import re
from dataclasses import dataclass

from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.serving_engine import ServingEngine

_RELEASE = re.compile(r"v?(\d+\.\d+\.\d+)")


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Options of a model's engine, as its command line has them; None where the engine chooses."""

    engine: ServingEngine
    version: str | None
    """Release such as 0.26.0; None where it is that of the platform, or an image does not tell."""

    own_image: bool
    """True for a custom image without a stated release, whose engine is unknown."""

    context: int | None
    """Longest prompt and answer together, in tokens."""

    concurrency: int | None
    """Sequences that surely fit at once, each as long as the context."""

    max_sequences: int | None
    """Sequences that the engine works on at once."""

    batched_tokens: int | None
    """Tokens of one step."""

    utilization: float | None
    """Part of the memory of a replica's GPUs that it may fill."""

    quantization: str | None
    kv_cache_dtype: str | None
    tensor: int
    """GPUs that each layer is divided among."""

    pipeline: int
    """Stages that the layers are divided into."""

    data: int
    """Copies of the model in a replica."""

    expert: bool
    """True if whole experts are divided among all GPUs of a stage (tensor times data parallel size)."""

    speculative: str | None
    """Method of speculative decoding, or `draft_model`."""

    draft: str | None
    """Draft model, which is in GPU memory too."""

    draft_tokens: int | None
    adapters: int
    """LoRA adapters that are in GPU memory at once."""

    adapter_rank: int

    @property
    def gpus(self) -> int:
        """GPUs of a replica, on all its nodes."""
        return self.tensor * self.pipeline * self.data

    @property
    def copy_gpus(self) -> int:
        """GPUs that hold one copy of the model."""
        return self.tensor * self.pipeline


def engine_options(settings: ModelSettings) -> EngineOptions:
    """The options of a model as its stack file has them."""
    speculative, lora = settings.speculative, settings.lora
    tensor, pipeline = _divided(settings)
    return EngineOptions(
        engine=settings.engine,
        version=release_of(settings.version),
        own_image=settings.image is not None and settings.version is None,
        context=settings.context,
        concurrency=settings.concurrency,
        max_sequences=settings.max_sequences or settings.concurrency,
        batched_tokens=settings.batched_tokens,
        utilization=settings.gpu_memory_utilization,
        quantization=settings.quantization,
        kv_cache_dtype=settings.kv_cache_dtype,
        tensor=tensor,
        pipeline=pipeline,
        data=settings.data_parallel,
        expert=settings.expert_parallel,
        speculative=(speculative.method or "draft_model") if speculative else None,
        draft=speculative.model if speculative else None,
        draft_tokens=speculative.tokens if speculative else None,
        adapters=min(lora.at_once, len(lora.modules)) if lora else 0,
        adapter_rank=lora.max_rank if lora else 0,
    )


def _divided(settings: ModelSettings) -> tuple[int, int]:
    """Tensor and pipeline parallel sizes: a stage is on one node by default if a model uses several nodes.

    vLLM's guide recommends as many stages as nodes, and the GPUs of a node for each layer
    (docs/serving/parallelism_scaling.md, Multi-node deployment, 2026-11-29).
    """
    copy = settings.gpus * settings.nodes // settings.data_parallel
    pipeline = settings.pipeline_parallel
    if settings.nodes > 1 and "pipeline_parallel" not in settings.model_fields_set:
        pipeline = max(1, copy // (settings.tensor_parallel or settings.gpus))
    return settings.tensor_parallel or max(1, copy // pipeline), pipeline


def release_of(version: str | None) -> str | None:
    """`0.26.0` of `v0.26.0-cu129@sha256:…`; None where it names no release of three numbers."""
    found = _RELEASE.match(version or "")
    return found[1] if found else None
