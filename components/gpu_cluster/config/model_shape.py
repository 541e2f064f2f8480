"""`shape` of a model: what decides about its memory, for a model that neither catalog nor hub describes."""

from typing import Self

from pydantic import PositiveInt, model_validator

from gpu_cluster.config.settings import Settings


class ModelShape(Settings):
    """The numbers of a model's config.json that decide about its KV cache."""

    layers: PositiveInt
    """Layers that keep all tokens (num_hidden_layers)."""

    heads: PositiveInt
    """Attention heads (num_attention_heads)."""

    kv_heads: PositiveInt
    """Key-value heads (num_key_value_heads)."""

    head_size: PositiveInt = 128
    """Numbers of a key and of a value (head_dim). Default: 128."""

    vocabulary: PositiveInt
    """Tokens of the vocabulary (vocab_size)."""

    context: PositiveInt
    """Longest prompt and answer together, in tokens (max_position_embeddings)."""

    windowed_layers: int = 0
    """Further layers that keep only the last window tokens. Default: 0."""

    window: PositiveInt | None = None
    """Tokens that they keep (sliding_window); required with windowedLayers. Default: none."""

    @model_validator(mode="after")
    def _windowed(self) -> Self:
        if bool(self.windowed_layers) != bool(self.window):
            raise ValueError("needs window and windowedLayers together")
        if self.heads % self.kv_heads:
            raise ValueError(
                f"{self.kv_heads} key-value heads cannot serve {self.heads} attention heads alike"
            )
        return self
