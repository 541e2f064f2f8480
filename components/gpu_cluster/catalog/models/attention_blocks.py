"""Attention with keys and values in a cache: by heads, latent, sparse and compressed."""

from gpu_cluster.catalog.models.blocks import Block, Module
from gpu_cluster.catalog.models.hub_fields import Fields
from gpu_cluster.catalog.models.language_model import CacheLayers

INDEXER_BYTES = 1.0
"""Bytes of a number in an indexer's cache: FP8; the 4-byte scale is counted as numbers."""

INDEXER_SCALE = 4
"""Bytes of the scale of each token's key in an indexer's cache.

Source: vllm-project/vllm, vllm/model_executor/models/deepseek_v2.py, DeepseekV32IndexerCache: head_dim is
index_head_dim + index_head_dim // quant_block_size * 4, torch.uint8; 2026-08-21.
"""


def attention(fields: Fields, prefix: str, *, window: int = 0, shares_cache: bool = False) -> Block:
    """Attention with key-value heads; `shares_cache` where an earlier layer's keys and values serve."""
    hidden = fields.required("hidden_size", "n_embd", "d_model", "dim")
    heads, kv_heads, keys, values = head_sizes(fields, windowed=bool(window))
    gate = 2 if fields.flag("attn_output_gate") else 1
    q, k, v = heads * keys * gate, kv_heads * keys, kv_heads * values
    if not window and fields.flag("attention_k_eq_v"):
        v = 0
    if shares_cache:
        k = v = 0
    modules = (
        Module(f"{prefix}.q_proj", hidden * q),
        Module(f"{prefix}.k_proj", hidden * k),
        Module(f"{prefix}.v_proj", hidden * v),
        Module(f"{prefix}.o_proj", heads * values * hidden),
    )
    cache = CacheLayers(1, kv_heads, keys + values, window)
    return Block(modules, () if shares_cache else (cache, *_sparse_index(fields)))


def head_sizes(fields: Fields, *, windowed: bool = False) -> tuple[int, int, int, int]:
    """Attention heads, key-value heads, and numbers of a key and of a value; some models have two kinds."""
    heads = fields.required("num_attention_heads", "n_head", "num_heads", "n_heads")
    hidden = fields.required("hidden_size", "n_embd", "d_model", "dim")
    kv_heads = kv_head_count(fields, heads)
    keys = fields.number("head_dim", "attention_head_dim", "kv_channels", default=hidden // heads)
    values = fields.number("v_head_dim", default=keys)
    if windowed:
        return (
            fields.number("swa_num_attention_heads", default=heads),
            fields.number("swa_num_key_value_heads", default=kv_heads),
            fields.number("swa_head_dim", default=keys),
            fields.number("swa_v_head_dim", default=values),
        )
    if "global_head_dim" in fields:
        keys = values = fields.number("global_head_dim")
        kv_heads = fields.number("num_global_key_value_heads", default=kv_heads)
    return heads, kv_heads, keys, values


def kv_head_count(fields: Fields, heads: int) -> int:
    if fields.text("model_type") in ("falcon", "RefinedWebModel"):
        if fields.flag("new_decoder_architecture"):
            return fields.number("num_kv_heads", "n_head_kv", default=heads)
        return 1 if fields.flag("multi_query", default=True) else heads
    if fields.flag("multi_query") and "num_key_value_heads" not in fields:
        return 1
    return fields.number(
        "num_key_value_heads",
        "num_kv_heads",
        "multi_query_group_num",
        "n_head_kv",
        "n_kv_heads",
        default=heads,
    )


def latent_attention(fields: Fields, prefix: str) -> Block:
    """MLA: one latent vector of each token for all heads, whole on every GPU."""
    hidden, heads = fields.required("hidden_size"), fields.required("num_attention_heads")
    rank, rope = fields.required("kv_lora_rank"), fields.number("qk_rope_head_dim")
    nope, value = fields.number("qk_nope_head_dim"), fields.required("v_head_dim")
    query, q_rank = heads * (nope + rope), fields.number("q_lora_rank")
    expand = rank * heads * (nope + value)
    down = (
        (
            Module(f"{prefix}.q_a_proj", hidden * q_rank, whole=True),
            Module(f"{prefix}.q_b_proj", q_rank * query),
        )
        if q_rank
        else (Module(f"{prefix}.q_proj", hidden * query),)
    )
    gate = heads * value * hidden if fields.flag("mla_use_output_gate") else 0
    modules = (
        *down,
        Module(f"{prefix}.kv_a_proj_with_mqa", hidden * (rank + rope), whole=True),
        Module(f"{prefix}.kv_b_proj", expand),
        Module(f"{prefix}.o_proj", heads * value * hidden + gate),
    )
    indexer, index = _indexer(fields, prefix, hidden, q_rank)
    return Block((*modules, *indexer), (CacheLayers(1, 0, rank + rope), *index), copies=expand)


def _indexer(
    fields: Fields, prefix: str, hidden: int, q_rank: int
) -> tuple[tuple[Module, ...], tuple[CacheLayers, ...]]:
    """Indexer of sparse attention, which caches a key for each token in addition to the latent vector."""
    size, heads = fields.number("index_head_dim"), fields.number("index_n_heads")
    if not (size and heads and fields.number("index_topk")):
        return (), ()
    modules = (
        Module(f"{prefix}.indexer.wq_b", q_rank * heads * size, whole=True),
        Module(f"{prefix}.indexer.wk", hidden * size, whole=True),
        Module(f"{prefix}.indexer.weights_proj", hidden * heads, whole=True, linear=False),
    )
    return modules, (CacheLayers(1, 0, size + INDEXER_SCALE, number_bytes=INDEXER_BYTES),)


def _sparse_index(fields: Fields) -> tuple[CacheLayers, ...]:
    """The keys by which block-sparse attention chooses blocks (MiniMax M3), in bf16."""
    size = fields.below("sparse_attention_config").number("sparse_index_dim")
    return (CacheLayers(1, 0, size),) if size else ()


def compressed_attention(fields: Fields, prefix: str, ratio: int) -> Block:
    """DeepSeek V4: a window of latent vectors, and beside it one entry for every `ratio` tokens."""
    hidden, heads = fields.required("hidden_size"), fields.required("num_attention_heads")
    size, q_rank = fields.required("head_dim"), fields.required("q_lora_rank")
    o_rank, groups = fields.required("o_lora_rank"), fields.required("o_groups")
    index, index_heads = fields.number("index_head_dim"), fields.number("index_n_heads")
    modules = [
        Module(f"{prefix}.q_a_proj", hidden * q_rank, whole=True),
        Module(f"{prefix}.q_b_proj", q_rank * heads * size),
        Module(f"{prefix}.kv_proj", hidden * size, whole=True),
        Module(f"{prefix}.o_a_proj", heads * size * o_rank),
        Module(f"{prefix}.o_b_proj", groups * o_rank * hidden),
    ]
    cache = [CacheLayers(1, 0, size, fields.number("sliding_window"))]
    if ratio:
        overlap = 2 if ratio == _OVERLAPPING else 1
        modules.append(Module(f"{prefix}.compressor", 2 * hidden * size * overlap, whole=True, linear=False))
        cache.append(CacheLayers(1, 0, size, every=ratio))
    if ratio == _OVERLAPPING:
        modules.append(Module(f"{prefix}.indexer.q_b_proj", q_rank * index_heads * index, whole=True))
        cache.append(CacheLayers(1, 0, index + INDEXER_SCALE, every=ratio, number_bytes=INDEXER_BYTES))
    return Block(tuple(modules), tuple(cache))


_OVERLAPPING = 4
"""Ratio of the layers whose compressed entries an indexer chooses from."""
