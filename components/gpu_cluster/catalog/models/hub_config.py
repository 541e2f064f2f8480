"""Reads the config.json that a model is published with."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from gpu_cluster.catalog.models.blocks import Module
from gpu_cluster.catalog.models.feed_forward import expert_count, is_expert
from gpu_cluster.catalog.models.hub_fields import ConfigError, Fields, Json, text_fields
from gpu_cluster.catalog.models.language_model import CacheLayers, LanguageModel
from gpu_cluster.catalog.models.layers import layers
from gpu_cluster.catalog.models.model_type import has_own_code, predictors
from gpu_cluster.catalog.models.quantization import Quantization, quantization_of
from gpu_cluster.catalog.models.vision import encoders

_TIED = frozenset(
    [
        "cohere",
        "cohere2",
        "gemma",
        "gemma2",
        "gemma3",
        "gemma3_text",
        "gemma3n",
        "gemma3n_text",
        "gemma4",
        "gemma4_text",
    ]
)
"""Architectures whose config class ties embeddings to the head where a config.json does not say."""

_ENCODERS = frozenset(["bert", "roberta", "xlm-roberta", "modernbert", "new", "nomic_bert"])
"""Architectures that read a text at once and keep nothing of it."""


def read_config(name: str, config: Json, quant: Json | None = None) -> LanguageModel:
    """Language model from its config.json. `quant` is hf_quant_config.json if the repository has one.

    `ConfigError` if the files do not determine the model.

    read_config("acme/chat", {"hidden_size": 4096, ...}).weights
    """
    text = text_fields(config)
    quantization = quantization_of(config, text, quant)
    modules, caches, copies = list(encoders(config)), list[CacheLayers](), 0
    for block, mlp in layers(text):
        modules += [*block.modules, *mlp]
        caches += block.cache
        copies += block.copies
    modules += _embeddings(config, text)
    sizes = [(module, quantization.bytes_of(module)) for module in modules]
    heads = text.number("num_attention_heads", "n_head", "num_heads", "n_heads")
    return LanguageModel(
        name=name,
        parameters=sum(module.numbers for module in modules) / 1e9,
        precision=quantization.precision,
        weights=round(sum(size for _, size in sizes) + copies * 2),
        whole=round(sum(size for module, size in sizes if module.whole)),
        cache=() if text.text("model_type") in _ENCODERS else merged(caches),
        experts=expert_count(text),
        expert_weights=round(sum(size for module, size in sizes if is_expert(module))),
        expert_width=text.number("intermediate_size") if text.text("model_type") == "gpt_oss" else 0,
        predictors=predictors(config, text),
        own_code=has_own_code(config),
        cache_scales=quantization.cache_scales,
        heads=heads,
        vocabulary=_vocabulary(text),
        context=_context(text),
    )


def merged(caches: list[CacheLayers]) -> tuple[CacheLayers, ...]:
    """Equal layers counted together."""
    order = sorted(caches, key=repr)
    return tuple(replace(each, layers=len(list(group))) for each, group in groupby(order))


def _embeddings(config: Json, text: Fields) -> Iterator[Module]:
    hidden = text.required("hidden_size", "n_embd", "d_model", "dim")
    table = _vocabulary(text) * text.number("word_embed_proj_dim", "embedding_size", default=hidden)
    yield Module("embed_tokens", table, linear=False)
    tied = text.text("model_type") in _TIED
    tied = Fields(config).flag("tie_word_embeddings", default=text.flag("tie_word_embeddings", default=tied))
    if not tied and text.text("model_type") not in _ENCODERS:
        yield Module("lm_head", table)
    each = text.number("hidden_size_per_layer_input")
    if each:  # Gemma 3n and 4: a separate embedding table for the inputs of every layer
        count = text.required("num_hidden_layers")
        words = text.number("vocab_size_per_layer_input", default=_vocabulary(text))
        yield Module("embed_tokens_per_layer", words * count * each, linear=False)
        yield Module("per_layer", count * each * hidden * 3)


def _vocabulary(text: Fields) -> int:
    found = text.number("vocab_size", "padded_vocab_size", "n_vocab")
    if not found:
        raise ConfigError("has no vocab_size")
    return found


def _context(text: Fields) -> int:
    return text.number(
        "max_position_embeddings",
        "seq_length",
        "max_sequence_length",
        "max_seq_len",
        "n_positions",
        "model_max_length",
    )


__all__ = ["ConfigError", "Quantization", "merged", "read_config"]
