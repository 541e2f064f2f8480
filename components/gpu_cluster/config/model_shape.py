"""`shape` of a model: dimensions for memory estimates of models that neither catalog nor hub describes."""

from typing import Self

from pydantic import PositiveInt, model_validator

from gpu_cluster.config.section import Settings


class ModelShape(Settings):
    """Values of config.json that determine the size of the KV cache."""

    layers: PositiveInt
    """Layers with full attention (num_hidden_layers)."""

    heads: PositiveInt
    """Attention heads (num_attention_heads)."""

    kv_heads: PositiveInt
    """Key-value heads (num_key_value_heads)."""

    head_size: PositiveInt = 128
    """Head dimension (head_dim). Default: 128."""

    vocabulary: PositiveInt
    """Vocabulary size (vocab_size)."""

    context: PositiveInt
    """Maximum context length in tokens (max_position_embeddings)."""

    windowed_layers: int = 0
    """Additional layers with sliding-window attention. Default: 0."""

    window: PositiveInt | None = None
    """Window in tokens (sliding_window); required with windowedLayers. Default: none."""

    @model_validator(mode="after")
    def _windowed(self) -> Self:
        if bool(self.windowed_layers) != bool(self.window):
            raise ValueError("expected both window and windowedLayers, or neither")
        if self.heads % self.kv_heads:
            raise ValueError(
                f"{self.heads} attention heads are not a multiple of {self.kv_heads} key-value heads"
            )
        return self
