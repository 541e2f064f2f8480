"""Blocks that keep a state for each sequence: linear attention, Mamba and short convolutions."""

from gpu_cluster.catalog.models.blocks import Block, Module
from gpu_cluster.catalog.models.hub_fields import Fields
from gpu_cluster.catalog.models.language_model import CacheLayers

_STATE_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}


def linear_attention(fields: Fields, prefix: str) -> Block:
    """Gated delta nets of Qwen3-Next and later."""
    hidden = fields.required("hidden_size")
    key_heads, key_size = fields.required("linear_num_key_heads"), fields.required("linear_key_head_dim")
    heads, size = fields.required("linear_num_value_heads"), fields.required("linear_value_head_dim")
    kernel = fields.number("linear_conv_kernel_dim", default=4)
    keys, values = key_heads * key_size, heads * size
    modules = (
        Module(f"{prefix}.in_proj_qkv", hidden * (2 * keys + values)),
        Module(f"{prefix}.in_proj_z", hidden * values),
        Module(f"{prefix}.in_proj_ba", hidden * 2 * heads, linear=False),
        Module(f"{prefix}.conv1d", (2 * keys + values) * kernel, linear=False),
        Module(f"{prefix}.out_proj", values * hidden),
    )
    state = (2 * keys + values) * (kernel - 1) * 2 + heads * size * key_size * _state_bytes(fields)
    return Block(modules, (CacheLayers(1, heads, 0, state=state),))


def delta_attention(fields: Fields, prefix: str) -> Block:
    """Kimi's delta attention, as kimi_linear configures it."""
    hidden, linear = fields.required("hidden_size"), fields.below("linear_attn_config")
    heads, size = linear.required("num_heads"), linear.required("head_dim")
    kernel, width = linear.number("short_conv_kernel_size", default=4), heads * size
    gate = hidden * width if linear.flag("use_full_rank_gate") else hidden * size + size * width
    modules = (
        Module(f"{prefix}.qkv_proj", 3 * hidden * width),
        Module(f"{prefix}.f_proj", hidden * size + size * width + gate),
        Module(f"{prefix}.b_proj", hidden * heads, linear=False),
        Module(f"{prefix}.conv1d", 3 * width * kernel, linear=False),
        Module(f"{prefix}.o_proj", width * hidden),
    )
    state = 3 * width * (kernel - 1) * 2 + heads * size * size * 4
    return Block(modules, (CacheLayers(1, heads, 0, state=state),))


def mamba(fields: Fields, prefix: str) -> Block:
    """Mamba 2, in the spellings of Nemotron-H and of Granite, Bamba and Falcon-H1."""
    hidden = fields.required("hidden_size")
    heads, size = (
        fields.required("mamba_num_heads", "mamba_n_heads"),
        fields.number("mamba_head_dim", "mamba_d_head"),
    )
    inner = fields.number("mamba_d_ssm", default=heads * size) if size else fields.required("mamba_d_ssm")
    groups, states = (
        fields.number("n_groups", "mamba_n_groups", default=1),
        fields.required("ssm_state_size", "mamba_d_state"),
    )
    kernel = fields.number("conv_kernel", "mamba_d_conv", default=4)
    mixed = inner + 2 * groups * states
    modules = (
        Module(f"{prefix}.in_proj", hidden * (inner + mixed + heads)),
        Module(f"{prefix}.conv1d", mixed * kernel, linear=False),
        Module(f"{prefix}.out_proj", inner * hidden),
    )
    state = mixed * (kernel - 1) * 2 + inner * states * _state_bytes(fields)
    return Block(modules, (CacheLayers(1, heads, 0, state=state),))


def short_convolution(fields: Fields, prefix: str) -> Block:
    """LFM2's gated convolutions."""
    hidden, kernel = fields.required("hidden_size"), fields.number("conv_L_cache", default=3)
    modules = (
        Module(f"{prefix}.in_proj", 3 * hidden * hidden),
        Module(f"{prefix}.conv", hidden * kernel, linear=False),
        Module(f"{prefix}.out_proj", hidden * hidden),
    )
    return Block(modules, (CacheLayers(1, 0, 0, state=hidden * (kernel - 1) * 2),))


def _state_bytes(fields: Fields) -> int:
    return _STATE_BYTES.get(fields.text("mamba_ssm_dtype", "mamba_ssm_cache_dtype"), 2)
