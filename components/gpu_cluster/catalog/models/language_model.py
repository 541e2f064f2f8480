"""Memory of a language model: the bytes of its weights and its cache for each token."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ExpertTiles:
    """Sizes to which kernels of MXFP4 round up a GPU's part of an expert."""

    width: int = 64
    """Tile of the inner size, of which each GPU has a part."""

    hidden: int = 1
    """Tile of the outer size, which each GPU has whole."""

    def padded(self, width: int, hidden: int, gpus: int) -> float:
        """Growth factor of experts that are divided among GPUs.

        ExpertTiles(128, 256).padded(2880, 2880, gpus=4)
        # 1.138
        """
        inner = _up(width, gpus * self.width) / width
        return inner * _up(hidden, self.hidden) / hidden


HOPPER_TILES = ExpertTiles()
"""Tiles of the kernels with the least padding."""


def _up(size: int, tile: int) -> int:
    return -(-size // tile) * tile


@dataclass(frozen=True, slots=True)
class CacheLayers:
    """Layers that keep the same amount of each token, or of each sequence."""

    layers: int
    heads: int
    """Key-value heads, which tensor parallelism divides; 0 where every GPU keeps the entry whole (MLA)."""

    numbers: int
    """Numbers of a cache entry for each head: a key and a value, or a latent vector with its position."""

    window: int = 0
    """Tokens that are kept; 0 for all of them."""

    every: int = 1
    """Tokens that share an entry, where the model compresses them."""

    number_bytes: float | None = None
    """Bytes of a number where the engine fixes them; None for the data type of the KV cache."""

    state: int = 0
    """Bytes of each sequence whatever its length: Mamba, linear attention, convolutions."""


@dataclass(frozen=True, slots=True)
class LanguageModel:
    name: str
    """Name on the model hub, such as meta-llama/Llama-3.1-8B-Instruct."""

    parameters: float
    """Parameters in billions, with all experts: each is in memory, however few are active for a token."""

    precision: str
    """Precision of most weights, such as bf16, fp8, nvfp4, mxfp4 or int4."""

    weights: int
    """Bytes that the engine loads on one GPU; layers for multi-token prediction are not among them."""

    cache: tuple[CacheLayers, ...] = ()
    heads: int = 0
    """Attention heads, which tensor parallelism divides among GPUs; 0 where they are not known."""

    vocabulary: int = 0
    context: int = 0
    """Longest prompt and answer together, in tokens; 0 where it is not known."""

    whole: int = 0
    """Bytes of `weights` that every GPU of a replica holds, undivided."""

    files: int = 0
    """Bytes to download and to store; 0 where they are as many as `weights`."""

    experts: int | None = None
    """Routed experts of a sparse layer; 0 for a dense model, None where that is not known."""

    expert_weights: int = 0
    """Bytes of `weights` in routed experts."""

    expert_width: int = 0
    """Inner and outer size of an expert that kernels pad to whole tiles (gpt-oss); 0 where none is padded."""

    predictors: int | None = None
    """Layers for multi-token prediction that an engine can load; None where that is not known."""

    own_code: bool | None = None
    """True if the class of its config is code in its repository; None where that is not known."""

    cache_scales: bool | None = None
    """True if vLLM expects scales of an FP8 cache beside its weights; None where that is not known."""

    gated: bool | None = None
    """The Hub gives its files only to accounts that were granted access; None where that is not known."""

    licence: str = ""
    """Licence name on the hub; empty if unknown."""

    @property
    def download(self) -> int:
        return self.files or self.weights

    @property
    def has_shape(self) -> bool:
        """True if the architecture is known, not only the weights."""
        return bool(self.cache or self.vocabulary)

    @property
    def layers(self) -> int:
        """Layers that keep something of a sequence; those with keys of an indexer count once."""
        return sum(each.layers for each in self.cache if each.number_bytes is None)

    def weights_on(self, gpus: int, tiles: ExpertTiles = HOPPER_TILES) -> int:
        """Bytes of weights on each of so many GPUs."""
        return self.whole + (self.weights - self.whole + self._padding(gpus, tiles)) // gpus

    def weights_by_expert(self, gpus: int, copies: int, tiles: ExpertTiles = HOPPER_TILES) -> int:
        """Bytes of weights on the fullest GPU if whole experts are divided among the GPUs of all copies.

        `gpus`: of each copy, which everything but the experts is divided among.
        """
        if not self.experts or not self.expert_weights:
            return self.weights_on(gpus, tiles)
        most = -(-self.experts // (gpus * copies))
        others = (self.weights - self.whole - self.expert_weights) // gpus
        experts = self.expert_weights + self._padding(1, tiles)
        return self.whole + others + experts * most // self.experts

    def _padding(self, gpus: int, tiles: ExpertTiles) -> int:
        """Bytes by which experts that are divided among GPUs grow."""
        width = self.expert_width
        return round(self.expert_weights * (tiles.padded(width, width, gpus) - 1)) if width else 0

    def splits_over(self, gpus: int) -> bool:
        """True if vLLM can divide its heads among this number of GPUs; a key-value head may be on several."""
        if self.heads % gpus:
            return False
        return all(_splits(layers.heads, gpus) for layers in self.cache)

    def weighing(self, size: int) -> "LanguageModel":
        """The model with so many bytes of weights: another precision of the same shape."""
        experts = round(self.expert_weights * size / self.weights) if self.weights else 0
        return replace(
            self, weights=size, whole=0, files=0, precision="", expert_weights=experts, cache_scales=None
        )


def of_weights(name: str, size: int) -> LanguageModel:
    """Model with known weight bytes only: it has no cache and can be divided among any number of GPUs."""
    return LanguageModel(name, 0, "", size)


def _splits(heads: int, gpus: int) -> bool:
    return not heads or heads % gpus == 0 or gpus % heads == 0
