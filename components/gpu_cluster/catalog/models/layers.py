"""Layer types of a model, listed or implied by its config.json."""

from collections.abc import Iterator
from itertools import repeat

from gpu_cluster.catalog.models import attention_blocks, recurrent_blocks
from gpu_cluster.catalog.models.blocks import Block, Module
from gpu_cluster.catalog.models.feed_forward import (
    dense_mlp,
    dense_width,
    feed_forward,
    mixture,
    shares_cache,
)
from gpu_cluster.catalog.models.hub_fields import ConfigError, Fields, as_fields

_WINDOWED = frozenset(("sliding_attention", "local_attention", "sliding_window"))
_LINEAR = frozenset(("linear_attention", "linear"))
_MOST_LAYERS = 10_000
_STEPS = {
    "gemma2": 2,
    "gemma3_text": 6,
    "gemma3": 6,
    "exaone4": 4,
    "olmo3": 4,
    "cohere2": 4,
    "gpt_oss": 2,
    "gemma3n_text": 5,
}
"""Every so many layers one attends to all tokens, where a config.json lists no kinds of layers."""


def layers(fields: Fields) -> Iterator[tuple[Block, tuple[Module, ...]]]:
    """Kind of token mixing in each layer, and its feed-forward weights."""
    if blocks_given := fields.items("block_configs"):
        yield from _puzzle(fields, blocks_given)
        return
    if pattern := _letters(fields):
        yield from _patterned(fields, pattern)
        return
    for layer, kind in enumerate(kinds(fields)):
        block = _block(fields, layer, kind)
        yield block, tuple(feed_forward(fields, layer, f"layers.{layer}.mlp"))


def kinds(fields: Fields) -> tuple[str, ...]:
    """Type of each layer: full, window, latent, compressed, linear, delta, mamba, both or conv."""
    count = fields.required("num_hidden_layers", "n_layer", "num_layers", "n_layers")
    if count > _MOST_LAYERS:
        raise ConfigError(f"has {count} layers, more than {_MOST_LAYERS}")
    if "compress_ratios" in fields:
        return ("compressed",) * count
    if "linear_attn_config" in fields:
        full = fields.below("linear_attn_config").items("full_attn_layers")
        return tuple("latent" if layer + 1 in full else "delta" for layer in range(count))
    if fields.number("kv_lora_rank"):
        return ("latent",) * count
    if listed := fields.words("layer_types") or fields.words("layers_block_type"):
        return tuple(map(_kind, repeat(fields), listed))[:count]
    if interval := fields.number("full_attention_interval"):
        return tuple("full" if (layer + 1) % interval == 0 else "linear" for layer in range(count))
    if pattern := fields.items("hybrid_layer_pattern"):
        return tuple("window" if each else "full" for each in pattern[:count])
    if fields.text("model_type") == "falcon_h1":
        return ("both",) * count
    return _windows(fields, count)


def window_of(fields: Fields) -> int:
    if not fields.flag("use_sliding_window", default=True):
        return 0
    window = fields.number("sliding_window", "sliding_window_size")
    return window if window < fields.number("max_position_embeddings", default=window + 1) else 0


def _kind(fields: Fields, listed: str) -> str:
    if listed in _WINDOWED:
        return "window" if window_of(fields) else "full"
    if listed in _LINEAR:
        return "linear"
    return {"mamba": "mamba", "mamba2": "mamba", "conv": "conv", "hybrid": "both"}.get(listed, "full")


def _windows(fields: Fields, count: int) -> tuple[str, ...]:
    if not window_of(fields):
        return ("full",) * count
    step = fields.number("sliding_window_pattern", "_sliding_window_pattern")
    step = step or _STEPS.get(fields.text("model_type"), 0)
    if not step:
        return ("window",) * count
    return tuple("full" if (layer + 1) % step == 0 else "window" for layer in range(count))


def _block(fields: Fields, layer: int, kind: str) -> Block:
    prefix, shared = f"layers.{layer}.self_attn", shares_cache(fields, layer)
    match kind:
        case "window":
            return attention_blocks.attention(fields, prefix, window=window_of(fields), shares_cache=shared)
        case "latent":
            return attention_blocks.latent_attention(fields, prefix)
        case "compressed":
            ratio = fields.item("compress_ratios", layer)
            return attention_blocks.compressed_attention(
                fields, prefix, ratio if isinstance(ratio, int) else 0
            )
        case "linear":
            return recurrent_blocks.linear_attention(fields, f"layers.{layer}.linear_attn")
        case "delta":
            return recurrent_blocks.delta_attention(fields, prefix)
        case "mamba":
            return recurrent_blocks.mamba(fields, f"layers.{layer}.mamba")
        case "conv":
            return recurrent_blocks.short_convolution(fields, f"layers.{layer}.conv")
        case "both":
            state, full = (
                recurrent_blocks.mamba(fields, f"layers.{layer}.mamba"),
                attention_blocks.attention(fields, prefix),
            )
            return Block((*state.modules, *full.modules), (*state.cache, *full.cache))
        case _:
            return attention_blocks.attention(fields, prefix, shares_cache=shared)


def _letters(fields: Fields) -> str:
    """Layer types of Nemotron-H; its newer files spell them out."""
    if fields.text("model_type") != "nemotron_h":
        return fields.text("hybrid_override_pattern")
    words = "".join(_LETTERS.get(each, "?") for each in fields.words("layers_block_type"))
    return fields.text("hybrid_override_pattern") or words


_LETTERS = {"mamba": "M", "attention": "*", "moe": "E", "mlp": "-"}


def _patterned(fields: Fields, pattern: str) -> Iterator[tuple[Block, tuple[Module, ...]]]:
    """Nemotron-H: each letter is a layer of one part only."""
    nothing = Block((), ())
    for layer, letter in enumerate(pattern):
        prefix = f"layers.{layer}.mixer"
        match letter:
            case "M":
                yield recurrent_blocks.mamba(fields, prefix), ()
            case "*":
                yield attention_blocks.attention(fields, prefix), ()
            case "E":
                yield nothing, tuple(mixture(fields, prefix))
            case "-":
                yield nothing, tuple(dense_mlp(fields, prefix, dense_width(fields, layer)))
            case _:
                raise ConfigError(f"has hybrid_override_pattern with the unknown letter '{letter}'")


def _puzzle(fields: Fields, given: tuple[object, ...]) -> Iterator[tuple[Block, tuple[Module, ...]]]:
    """Nemotron of neural architecture search: layers whose heads and widths differ, or that lack a part."""
    hidden = fields.required("hidden_size")
    for layer, each in enumerate(map(as_fields, given)):
        block, group, heads = Block((), ()), each.below("attention"), fields.required("num_attention_heads")
        if not group.flag("no_op") and not group.flag("replace_with_linear"):
            kv_heads = group.number("num_key_value_heads") or heads // (group.number("n_heads_in_group") or 1)
            own = Fields({**fields.section, "num_key_value_heads": kv_heads})
            window = group.number("window_length", "sliding_window")
            block = attention_blocks.attention(own, f"layers.{layer}.self_attn", window=window)
        elif group.flag("replace_with_linear"):
            block = Block((Module(f"layers.{layer}.self_attn.linear_attn", hidden * hidden),), ())
        yield block, tuple(_puzzle_mlp(fields, each.below("ffn"), f"layers.{layer}.mlp"))


def _puzzle_mlp(fields: Fields, ffn: Fields, prefix: str) -> Iterator[Module]:
    hidden = fields.required("hidden_size")
    if ffn.flag("no_op"):
        return
    if ffn.flag("replace_with_linear"):
        yield Module(f"{prefix}.linear_mlp", hidden * hidden)
        return
    width = ffn.number("intermediate_size")
    multiple = ffn.section.get("ffn_mult")
    if not width and isinstance(multiple, int | float) and ffn.number("ffn_mult") >= 0:
        width = -(-int(2 * multiple * hidden / 3) // 256) * 256
    yield from dense_mlp(fields, prefix, width)
