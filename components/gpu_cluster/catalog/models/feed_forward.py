"""The feed-forward part of each layer: dense, or a mixture of experts with what it shares."""

from collections.abc import Iterator, Sequence

from gpu_cluster.catalog.models.blocks import Module
from gpu_cluster.catalog.models.hub_fields import Fields, as_fields

_COUNT = ("n_routed_experts", "num_experts", "num_local_experts", "moe_num_experts", "num_moe_experts")


def expert_count(fields: Fields) -> int | None:
    """Routed experts of a sparse layer; 0 for a dense model. None where only vLLM's class has a number."""
    given = (each.number("n_routed_experts") for each in map(as_fields, fields.items("block_configs")))
    count = fields.number(*_COUNT) or max(given, default=0)
    return count if count or fields.text("model_type") != "nemotron_h" else None


def is_expert(module: Module) -> bool:
    return ".experts.0." in module.name


def feed_forward(fields: Fields, layer: int, prefix: str) -> Iterator[Module]:
    if _is_sparse(fields, layer):
        if fields.flag("enable_moe_block"):  # Gemma 4 has a dense MLP beside its experts
            yield from dense_mlp(fields, prefix, dense_width(fields, layer))
            prefix = f"layers.{layer}"
        yield from mixture(fields, prefix)
        return
    yield from dense_mlp(fields, prefix, dense_width(fields, layer))


def dense_width(fields: Fields, layer: int) -> int:
    listed = fields.items("intermediate_size")
    if listed and isinstance(size := listed[min(layer, len(listed) - 1)], int):
        return size
    hidden = fields.required("hidden_size", "n_embd", "d_model", "dim")
    width = fields.number(
        "intermediate_size_mlp",
        "dense_intermediate_size",
        "intermediate_size",
        "ffn_hidden_size",
        "n_inner",
        "shared_intermediate_size",
        "d_ff",
        default=4 * hidden,
    )
    if fields.text("model_type") in ("qwen", "QWenLMHeadModel"):
        return width // 2
    if fields.flag("use_double_wide_mlp") and shares_cache(fields, layer):
        return 2 * width
    return width


def shares_cache(fields: Fields, layer: int) -> bool:
    """Gemma 3n and 4: the last layers read keys and values that an earlier one wrote."""
    shared = fields.number("num_kv_shared_layers")
    return bool(shared) and layer >= fields.number("num_hidden_layers") - shared


def mixture(fields: Fields, prefix: str) -> Iterator[Module]:
    """All experts together under the name of the first: a rule names one or all."""
    hidden, experts = fields.required("hidden_size", "d_model"), fields.required(*_COUNT)
    width = fields.required("moe_intermediate_size", "moe_ffn_hidden_size", "intermediate_size")
    latent = fields.number("moe_latent_size", "routed_expert_hidden_size", default=hidden)
    names = ("gate_proj", "up_proj", "down_proj") if is_gated(fields) else ("up_proj", "down_proj")
    for name in names:
        yield Module(f"{prefix}.experts.0.{name}", experts * latent * width)
    if latent != hidden:
        yield Module(f"{prefix}.latent_proj", 2 * hidden * latent)
    yield Module(f"{prefix}.gate", experts * hidden, whole=True, linear=False)
    if shared := _shared_width(fields, width):
        for name in names:
            yield Module(f"{prefix}.shared_experts.{name}", hidden * shared)


def _shared_width(fields: Fields, width: int) -> int:
    if fields.text("model_type") == "llama4_text":
        return fields.required("intermediate_size")
    given = fields.number(
        "shared_expert_intermediate_size", "moe_shared_expert_intermediate_size", "share_expert_dim"
    )
    if given or fields.text("model_type").startswith("granitemoe"):
        return given or fields.number("shared_intermediate_size")
    return fields.number("n_shared_experts", "num_shared_experts", "moe_num_shared_experts") * width


def _is_sparse(fields: Fields, layer: int) -> bool:
    if not fields.number(*_COUNT):
        return False
    if fields.items("moe_layer_freq"):
        return bool(fields.item("moe_layer_freq", layer))
    if layer in fields.items("mlp_only_layers"):
        return False
    if fields.items("mlp_layer_types"):
        return fields.item("mlp_layer_types", layer) == "sparse"
    if layer < fields.number("first_k_dense_replace", "moe_layer_start_index"):
        return False
    step = fields.number("interleave_moe_layer_step", "decoder_sparse_step", "moe_layer_freq", default=1) or 1
    return (layer + 1) % step == 0 if "first_k_dense_replace" not in fields else layer % step == 0


def dense_mlp(fields: Fields, prefix: str, width: int) -> Iterator[Module]:
    hidden = fields.required("hidden_size", "n_embd", "d_model", "dim")
    names: Sequence[str] = (
        ("gate_proj", "up_proj", "down_proj") if is_gated(fields) else ("up_proj", "down_proj")
    )
    for name in names:
        yield Module(f"{prefix}.{name}", hidden * width)


_PLAIN = frozenset(
    [
        "bert",
        "bloom",
        "codegen",
        "falcon",
        "gpt2",
        "gpt_bigcode",
        "gpt_neox",
        "gptj",
        "mpt",
        "nemotron",
        "nemotron_h",
        "opt",
        "phi",
        "roberta",
        "starcoder2",
        "xlm-roberta",
        "RefinedWebModel",
        "whisper",
    ]
)
"""Architectures whose MLP has two matrices instead of three."""


def is_gated(fields: Fields) -> bool:
    return fields.text("model_type") not in _PLAIN
