"""The GPU memory that vLLM needs for a model, and that a replica finds on a pool.

A check before anything runs: what vLLM itself measures when it starts decides.
"""

from dataclasses import dataclass

from gpu_cluster.capacity.engine_options import EngineOptions
from gpu_cluster.capacity.kv_cache import Sequence
from gpu_cluster.capacity.resources import GIB, MIB
from gpu_cluster.catalog import HOPPER_TILES, ExpertTiles, Gpu, LanguageModel
from gpu_cluster.config.pools import Sharing

_USED_PERCENT = 90
"""Usable fraction of GPU memory; the rest is for memory that vLLM does not count."""

_DRIVER_BYTES = 640 * MIB
"""Memory of a GPU or MIG instance that the driver reserves: programs see less than it reports.

430 MiB on T4 to 880 MiB on A100-80GB: the difference between torch and nvidia-smi, 2026-11-21.
"""

_RUNTIME_BYTES = 1 * GIB
"""CUDA graphs and activations of a forward pass.

Fitted to vLLM 0.11. Predicted less observed memory for the KV cache, medians of 247 published measurements:
-0.9 GiB in 0.11, -2.2 in 0.18, -4.1 in 0.20 and -0.3 in 0.21, which counts CUDA graphs in; 0.26, which is
pinned, was not seen. 2026-11-29.
"""

_UNDIVIDED = 0.05
"""Share of non-expert weights of a mixture-of-experts model whose experts are not known: 2.5 % of DeepSeek V3
and 3 % of Qwen3-235B-A22B, rounded up."""

_COLLECTIVES_BYTES = GIB // 2
"""Buffers by which GPUs of a replica exchange activations."""

_SAMPLER_BYTES = 10 * 4
"""Peak when tokens are sampled, for each word of the vocabulary and each sequence: ten copies in float32.

vLLM 0.11 reported 9.6 to 9.9 copies for six text models on H100; llm-d's measurements, 2026-11-21.
"""

_USUAL_VOCABULARY = 151_936
"""Vocabulary of a model of unknown shape: the median of the catalog.

With it the sampler takes 1.4 GiB on small GPUs and 5.8 GiB on large ones. Published measurements show
3.2 GiB in the median and 7.7 GiB at most beside weights, runtime and collectives, 2026-11-29.
"""


_MARLIN = ExpertTiles(width=128, hidden=256)
_TILES = {
    **dict.fromkeys(("H100", "H200"), HOPPER_TILES),
    **dict.fromkeys(("B200", "B300"), ExpertTiles(width=256, hidden=256)),
}
"""Triton on Hopper, TRT-LLM on Blackwell of data centres, and Marlin on other GPUs.

Source: wheel vllm 0.26.0, vllm/model_executor/layers/fused_moe/oracle/mxfp4.py
(_get_priority_backends_for_gpt_oss, mxfp4_round_up_hidden_size_and_intermediate_size), 2026-11-30. Earlier
releases padded less: 0.10.1 only the width, 6.4 % of gpt-oss-120b on four A100.
"""


@dataclass(frozen=True, slots=True)
class Device:
    """GPU memory of a replica on one device: a whole GPU, its share of one, or a MIG instance."""

    memory_bytes: int
    """Memory that programs find on it."""

    share: float
    """The part of that which the replica may fill."""

    sequences: int
    """Sequences that vLLM answers at once by default."""

    batch: int
    """Tokens that it works on at once."""

    tiles: ExpertTiles = HOPPER_TILES
    """Tiles of the kernels that vLLM chooses for experts in MXFP4."""

    @property
    def usable_bytes(self) -> int:
        return int(self.memory_bytes * self.share)


def device_of(
    gpu: Gpu, sharing: Sharing | None = None, profile: str | None = None, utilization: float | None = None
) -> Device:
    """A GPU as a replica finds it; `profile` is that of its MIG instance, `utilization` what it may fill."""
    memory = gpu.memory_mib * MIB
    if profile:
        slices = max(each.memory_slices for each in gpu.profiles.values())
        memory = memory * gpu.profiles[profile].memory_slices // slices
    # As vLLM 0.26 chooses, in EngineArgs.get_batch_defaults.
    large = memory >= 70 * GIB and "A100" not in gpu.product
    pods = (sharing and sharing.mps) or 1
    return Device(
        memory_bytes=(memory - _DRIVER_BYTES) // pods,
        share=memory_share(sharing, utilization),
        sequences=1024 if large else 256,
        batch=8192 if large else 2048,
        tiles=next((tiles for name, tiles in _TILES.items() if name in gpu.name), _MARLIN),
    )


def memory_share(sharing: Sharing | None, utilization: float | None = None) -> float:
    """Fraction of the visible GPU memory that a replica may use; `utilization` is the fraction of its own
    share. With time-slicing each replica sees all of the memory; with MPS or MIG only its share."""
    return (utilization or _USED_PERCENT / 100) / ((sharing and sharing.time_slicing) or 1)


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """Bytes on each GPU of a replica."""

    weights: int
    cache: int
    """Keys and values of the tokens of all sequences."""

    working: int
    """Activations, CUDA graphs and buffers."""

    @property
    def total(self) -> int:
        return self.weights + self.cache + self.working


@dataclass(frozen=True, slots=True)
class ModelLoad:
    """A model and its concurrent load."""

    model: LanguageModel
    context: int
    """Longest prompt and answer together, in tokens."""

    concurrency: int | None
    """Sequences at once, each as long as the context; None where one must fit and more may."""

    options: EngineOptions | None = None
    """Options of the engine; None for the platform's defaults."""

    draft: LanguageModel | None = None
    """The model that proposes tokens, in the same memory."""

    def fits(self, device: Device, gpus: int) -> bool:
        tensor = self._tensor(gpus)
        return self.model.splits_over(tensor) and self.need(device, gpus).total <= device.usable_bytes

    def need(self, device: Device, gpus: int) -> MemoryEstimate:
        """Memory that each of a replica's GPUs must hold."""
        options, tensor = self.options, self._tensor(gpus)
        most = (options and options.max_sequences) or self.concurrency or device.sequences
        words = self.model.vocabulary or _USUAL_VOCABULARY
        batch = (options and options.batched_tokens) or device.batch
        fp8 = bool(options and (options.kv_cache_dtype or "").startswith("fp8"))
        sequence = Sequence(self.context, batch, 1 if fp8 else 2)
        models = [self.model, *([self.draft] if self.draft else [])]
        stages, copies = (options.pipeline, options.data) if options else (1, 1)
        at_once = -(-(self.concurrency or 1) // copies)
        own = 1 + self._predicting_part
        return MemoryEstimate(
            weights=round(own * sum(self._weights(each, tensor, device.tiles) for each in models)) // stages,
            cache=round(own * at_once * sum(sequence.bytes_on(each, tensor) for each in models)) // stages,
            working=most * words * _SAMPLER_BYTES + (_COLLECTIVES_BYTES if gpus > 1 else 0) + _RUNTIME_BYTES,
        )

    @property
    def _predicting_part(self) -> float:
        """The model's own layer for multi-token prediction, as a part of all its layers, if it is loaded.

        It counts as one layer more: DeepSeek V3 has 11.5 billion parameters in it, and 11.0 in its mean
        layer (deepseek-ai/DeepSeek-V3, README_WEIGHTS.md, 2026-11-30).
        """
        method = (self.options and self.options.speculative) or ""
        if not method.endswith("mtp") or self.draft or not self.model.layers:
            return 0
        return 1 / self.model.layers

    def _tensor(self, gpus: int) -> int:
        """GPUs that each layer is divided among."""
        others = self.options.pipeline * self.options.data if self.options else 1
        return max(1, gpus // others)

    def _weights(self, model: LanguageModel, tensor: int, tiles: ExpertTiles) -> int:
        """Bytes of weights on each GPU; expert parallelism also divides experts among all copies."""
        divided = model.weights_on(tensor, tiles)
        if not (self.options and self.options.expert):
            return divided
        if model.experts is not None:
            return model.weights_by_expert(tensor, self.options.data, tiles)
        return round(divided * (_UNDIVIDED + (1 - _UNDIVIDED) / self.options.data))

    def fixed_cache(self, device: Device, gpus: int) -> int:
        """Size of the KV cache in bytes, chosen to leave the same amount unused, since the estimate does not
        include images. At least the size that the sequences need. Used where vLLM cannot measure free
        memory."""
        need = self.need(device, gpus)
        spare = device.usable_bytes - need.total
        return need.cache + max(0, spare) // 2
