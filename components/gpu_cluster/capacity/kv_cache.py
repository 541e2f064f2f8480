"""KV cache: the bytes that vLLM keeps for a sequence on each GPU of a replica.

Layers with a window, without one, or with a state form groups of equal size, so all groups allocate
blocks from one pool; the last group of a type is padded.
Source: vllm-project/vllm, vllm/v1/core/kv_cache_utils.py, get_kv_cache_groups, and
docs/design/hybrid_kv_cache_manager.md, 2026-08-21.
"""

from dataclasses import dataclass

from gpu_cluster.catalog import CacheLayers, LanguageModel

_BLOCK_TOKENS = 16
_STATES = 2
"""State copies per sequence: prefix caching keeps the state of the last whole block in addition to the
running one.

With it the estimate is 1.37 GiB for 131,072 tokens of Qwen3.6-35B-A3B; vLLM 0.24 logs 1.38 GiB
(noonghunna/club-3090, issues 612 and 652, 2026-07-09).
"""

_SPARSE_FP8 = 656 / 576
"""Bytes of a number where FP8 meets an indexer: 512 in FP8, 4 scales of 4 bytes and 64 positions in bf16.

Source: vllm-project/vllm, vllm/v1/attention/backends/mla, fp8_ds_mla; GLM 5.1 logs 62.2 kB a token
(voipmonitor/rtx6kpro, models/glm5.1, 2026-05-03).
"""

_COMPRESSED_PADDING = 4.4
"""Growth factor of compressed entries and windows when all layers share pages of one size.

vLLM 0.25 keeps 16.7 kB a token of DeepSeek V4 Flash (26.15 GiB for 3.37 sequences of 500,000), whose entries
are 3.8 kB.
"""

_NEARLY_EQUAL = 1.25
"""Kinds of layers whose counts differ by less than this factor form one group each."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence as long as the context, of which the engine works on `batch` tokens at once."""

    context: int
    batch: int
    number_bytes: float = 2
    """Bytes per element of the KV cache: 2 in bf16, 1 in FP8."""

    def bytes_on(self, model: LanguageModel, gpus: int) -> int:
        """Bytes of it on each of so many GPUs."""
        count = _group_size(model.cache)
        total = sum(self._layers_bytes(each, gpus, _padded(each.layers, count)) for each in model.cache)
        if any(each.every > 1 for each in model.cache):
            return round(total * _COMPRESSED_PADDING)
        if self.number_bytes == 1 and any(each.number_bytes for each in model.cache):
            latent = (each for each in model.cache if not each.heads and not each.number_bytes)
            total += (_SPARSE_FP8 - 1) * sum(self._layers_bytes(each, gpus, each.layers) for each in latent)
        return round(total)

    def _layers_bytes(self, layers: CacheLayers, gpus: int, count: int) -> float:
        if layers.state:
            return _STATES * count * layers.state / (gpus if layers.heads else 1)
        tokens = self._tokens(layers)
        heads = max(1, layers.heads // gpus) if layers.heads else 1
        return count * tokens * heads * layers.numbers * (layers.number_bytes or self.number_bytes)

    def _tokens(self, layers: CacheLayers) -> int:
        """Entries that are kept: whole blocks, of a window one block more than it needs."""
        kept = min(self.context, layers.window + self.batch) if layers.window else self.context
        entries = -(-kept // layers.every)
        if not layers.window or kept == self.context:
            return entries
        return entries + _BLOCK_TOKENS


def _group_size(cache: tuple[CacheLayers, ...]) -> int:
    """Layers of a group; 1 where nothing is padded."""
    kinds = {(each.window, bool(each.state)) for each in cache}
    if len(kinds) < 2 or any(each.every > 1 for each in cache):
        return 1
    counts = [each.layers for each in cache]
    least, most = min(counts), max(counts)
    return most if most < least * _NEARLY_EQUAL else least


def _padded(layers: int, group: int) -> int:
    return -(-layers // group) * group
