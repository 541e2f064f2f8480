"""The GPU memory that vLLM needs for a model, and that a replica finds on a pool.

A check before anything runs: what vLLM itself measures when it starts decides.
"""

from dataclasses import dataclass, replace

from gpu_cluster.capacity.resources import GIB, MIB
from gpu_cluster.catalog import MODELS, Gpu, LanguageModel, of_weights
from gpu_cluster.config.pools import Sharing
from gpu_cluster.config.quantity import amount
from gpu_cluster.config.serving import ModelSettings

_USED_PERCENT = 90
"""Of a GPU's memory; the rest is for what vLLM does not count."""

_DRIVER_BYTES = 640 * MIB
"""What the driver keeps of a GPU or MIG instance, so that programs find less than it reports.

430 MiB on T4 to 880 MiB on A100-80GB: what torch finds against what nvidia-smi reports, 2026-11-21.
"""

_RUNTIME_BYTES = 1 * GIB
"""CUDA graphs and activations of a forward pass; vLLM counts graphs in since 0.21."""

_COLLECTIVES_BYTES = GIB // 2
"""Buffers by which GPUs of a replica exchange activations."""

_SAMPLER_BYTES = 10 * 4
"""Peak when tokens are sampled, for each word of the vocabulary and each sequence: ten copies in float32.

9.6 to 9.9 copies by what vLLM reported of six text models on H100, 0.11; llm-d's measurements, 2026-11-21.
"""

_CACHE_BYTES = 2  # of each number that is remembered


@dataclass(frozen=True, slots=True)
class Device:
    """What a replica takes for one GPU: a whole one, its share of one, or a MIG instance."""

    memory_bytes: int
    """What programs find on it."""

    share: float
    """The part of that which the replica may fill."""

    sequences: int
    """Sequences that vLLM answers at once where nobody says how many."""

    batch: int
    """Tokens that it works on at once."""

    @property
    def usable_bytes(self) -> int:
        return int(self.memory_bytes * self.share)


def device_of(gpu: Gpu, sharing: Sharing | None = None, profile: str | None = None) -> Device:
    """A GPU as a replica finds it; `profile` is that of its MIG instance."""
    memory = gpu.memory_mib * MIB
    if profile:
        slices = max(each.memory_slices for each in gpu.profiles.values())
        memory = memory * gpu.profiles[profile].memory_slices // slices
    # As vLLM 0.26 chooses, in EngineArgs.get_batch_defaults.
    large = memory >= 70 * GIB and "A100" not in gpu.product
    pods = (sharing and sharing.mps) or 1
    return Device(
        memory_bytes=(memory - _DRIVER_BYTES) // pods,
        share=memory_share(sharing),
        sequences=1024 if large else 256,
        batch=8192 if large else 2048,
    )


def memory_share(sharing: Sharing | None, utilization: float | None = None) -> float:
    """The part of the memory it finds that a replica may fill; `utilization` of what is its own.

    Each of those that take turns finds all of it; what MPS or MIG give a replica is its own.
    """
    return (utilization or _USED_PERCENT / 100) / ((sharing and sharing.time_slicing) or 1)


@dataclass(frozen=True, slots=True)
class Need:
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
class Load:
    """A model, and how much is asked of it at once."""

    model: LanguageModel
    context: int
    """Longest prompt and answer together, in tokens."""

    concurrency: int | None
    """Sequences at once, each as long as the context; None where one must fit and more may."""

    def fits(self, device: Device, gpus: int) -> bool:
        return self.model.splits_over(gpus) and self.need(device, gpus).total <= device.usable_bytes

    def need(self, device: Device, gpus: int) -> Need:
        """What each of a replica's GPUs must hold."""
        sampled = (self.concurrency or device.sequences) * self.model.vocabulary * _SAMPLER_BYTES
        exchanged = _COLLECTIVES_BYTES if gpus > 1 else 0
        return Need(
            weights=self.model.weights // gpus,
            cache=(self.concurrency or 1) * self._sequence_bytes(device, gpus),
            working=sampled + exchanged + _RUNTIME_BYTES,
        )

    def fixed_cache(self, device: Device, gpus: int) -> int:
        """Bytes for keys and values that leave as much again unused: the estimate knows of no pictures.

        At least what the sequences need; for where vLLM cannot measure what is free.
        """
        need = self.need(device, gpus)
        spare = device.usable_bytes - need.total
        return need.cache + max(0, spare) // 2

    def _sequence_bytes(self, device: Device, gpus: int) -> int:
        """What the longest sequence leaves behind on each GPU."""
        model = self.model
        recent = min(self.context, model.window + device.batch)
        tokens = model.layers * self.context + model.windowed * recent
        return tokens * self._token_numbers(gpus) * _CACHE_BYTES

    def _token_numbers(self, gpus: int) -> int:
        """Numbers that a layer remembers of a token on each GPU.

        A key and a value for each key-value head there, of which there is at least one; or the latent
        vector, which every GPU needs whole.
        """
        if not self.model.kv_heads:
            return self.model.head_dim
        return 2 * self.model.head_dim * max(1, self.model.kv_heads // gpus)


def known_model(settings: ModelSettings) -> LanguageModel | None:
    """The model as the catalog has it; of any other the weights, where they are given."""
    found = MODELS.get(settings.model)
    if not settings.weights:
        return found
    size = int(amount(settings.weights))
    return replace(found, weights=size, precision="") if found else of_weights(settings.model, size)
