import pytest

from gpu_cluster.catalog import MODELS, LanguageModel, read_config
from gpu_cluster.catalog.models.hub_fields import Fields
from gpu_cluster.catalog.models.model_type import predictors

PLAIN = {
    "model_type": "qwen3",
    "hidden_size": 1024,
    "num_hidden_layers": 4,
    "num_attention_heads": 8,
    "num_key_value_heads": 8,
    "intermediate_size": 2048,
    "vocab_size": 32000,
}
FP8 = {"quant_method": "fp8"}
LATENT = {"kv_lora_rank": 512, "v_head_dim": 128, "qk_rope_head_dim": 64}


def read(**keys: object) -> LanguageModel:
    return read_config("org/model", {**PLAIN, **keys})


@pytest.mark.parametrize(
    ("keys", "count"),
    [
        (PLAIN, 0),  # a type without such layers
        ({"model_type": "glm4_moe"}, None),  # the number is not stated
        ({"model_type": "glm4_moe", "num_nextn_predict_layers": 1}, 1),
        ({"model_type": "deepseek_v3", "num_nextn_predict_layers": 0}, 0),
        ({"model_type": "minimax_m2", "num_mtp_modules": 3}, 0),  # such layers, but no class in vLLM
        ({"model_type": "mimo_v2_flash"}, 1),  # vLLM reads no number
        ({"model_type": "nemotron_h"}, 0),
        ({"model_type": "qwen3_5_text", "mtp_num_hidden_layers": 1}, 1),
    ],
)
def test_token_prediction_layers_count_only_if_vllm_supports_the_model_type(
    keys: dict[str, object], count: int | None
) -> None:
    assert predictors(keys, Fields(keys)) == count


@pytest.mark.parametrize(("kind", "own"), [("qwen3", False), ("kimi_k2", False), ("orion", True)])
def test_model_type_without_vllm_class_requires_code_of_its_repository(kind: str, own: bool) -> None:
    assert read(model_type=kind).own_code is own


@pytest.mark.parametrize(
    ("keys", "scales"),
    [
        ({}, False),
        ({"quantization_config": FP8}, True),
        ({"quantization_config": {"quant_method": "awq", "bits": 4}}, False),
        ({"quantization_config": {"quant_method": "modelopt", "quant_algo": "NVFP4"}}, True),
        ({"quantization_config": {"quant_method": "modelopt", "quant_algo": "MIXED_PRECISION"}}, None),
        ({"quantization_config": {"quant_method": "compressed-tensors", "format": "float-quantized"}}, False),
        ({"quantization_config": {"quant_method": "compressed-tensors", "kv_cache_scheme": {}}}, True),
        ({"quantization_config": FP8, **LATENT}, False),
    ],
)
def test_checkpoint_has_kv_cache_scales_only_if_vllm_supports_them(
    keys: dict[str, object], scales: bool | None
) -> None:
    assert read(**keys).cache_scales is scales


def test_read_config_counts_experts_and_their_weights() -> None:
    sparse = read(model_type="qwen3_moe", num_experts=10, num_experts_per_tok=2, moe_intermediate_size=256)
    assert sparse.experts == 10
    assert sparse.expert_weights == 4 * 10 * 3 * 1024 * 256 * 2
    assert read().experts == read().expert_weights == 0


def test_expert_parallelism_sizes_the_gpu_with_the_most_whole_experts() -> None:
    model = MODELS["Qwen/Qwen3-30B-A3B"]
    others = model.weights - model.whole - model.expert_weights
    assert model.experts == 128
    assert model.weights_by_expert(4, 1) == pytest.approx(model.weights_on(4), rel=1e-6)
    assert model.weights_by_expert(2, 4) == model.whole + others // 2 + model.expert_weights // 8
    assert model.weights_by_expert(3, 1) == model.whole + others // 3 + model.expert_weights * 43 // 128
    dense = MODELS["Qwen/Qwen3-8B"]
    assert dense.weights_by_expert(4, 2) == dense.weights_on(4)
