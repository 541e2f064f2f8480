"""The weights of encoders for images and sound, of which each GPU of a replica loads its part."""

from gpu_cluster.catalog.models.blocks import Module
from gpu_cluster.catalog.models.hub_fields import Fields, Json, as_section

_SECTIONS = ("vision_config", "visual", "audio_config", "vision_model")
_GATED = frozenset(["qwen2_5_vl", "pixtral", "gemma4_vision", "mistral3"])


def encoders(config: Json) -> tuple[Module, ...]:
    """Transformers only; convolutions are left out where a config.json says too little of them."""
    thinker = as_section(config.get("thinker_config"))
    found = (Fields(as_section(config.get(key) or thinker.get(key))) for key in _SECTIONS)
    return tuple(
        Module("visual.blocks", _numbers(fields), linear=True) for fields in found if _numbers(fields)
    )


def _numbers(fields: Fields) -> int:
    hidden = fields.number("hidden_size", "embed_dim", "vt_hidden_size", "d_model", "width")
    depth = fields.number("depth", "num_hidden_layers", "vt_num_hidden_layers", "encoder_layers", "layers")
    if not (hidden and depth):
        return 0
    if fields.text("model_type") == "qwen2_vl":
        width, hidden_out = hidden * fields.number("mlp_ratio", default=4), fields.number("hidden_size")
        hidden = fields.number("embed_dim", default=hidden)
        width = hidden * 4
        return depth * (4 * hidden**2 + 2 * hidden * width) + _merger(hidden, hidden_out or hidden)
    width = fields.number("intermediate_size", "vt_intermediate_size", "encoder_ffn_dim", default=4 * hidden)
    matrices = 3 if fields.text("model_type") in _GATED or fields.text("hidden_act") == "silu" else 2
    out = fields.number("out_hidden_size", "text_hidden_size", "projection_dim", default=0)
    stacks = 1 + len(fields.items("deepstack_visual_indexes"))
    return depth * (4 * hidden**2 + matrices * hidden * width) + stacks * (_merger(hidden, out) if out else 0)


def _merger(hidden: int, out: int) -> int:
    """Joins four patches into a token."""
    return (4 * hidden) ** 2 + 4 * hidden * out
