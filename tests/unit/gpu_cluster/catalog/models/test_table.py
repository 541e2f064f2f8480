from pathlib import Path

import pytest

import gpu_cluster.catalog.models as package
from gpu_cluster.catalog import MODEL_SOURCES, MODELS, LanguageModel, of_weights
from gpu_cluster.catalog.models.table import read_table, write_table

EVERY = pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
BYTES_OF_A_PARAMETER = {
    "bf16": (1.99, 2.02),
    "fp16": (1.99, 2.02),
    "fp8": (0.78, 1.25),
    "int8": (1.0, 1.25),
    "nvfp4": (0.55, 0.7),
    "mxfp4": (0.53, 0.71),
    "int4": (0.52, 1.15),
}
"""Parameters of the whole model: embeddings, and what a quantization leaves out, are in bf16."""


@EVERY
def test_bytes_per_parameter_match_the_precision(model: LanguageModel) -> None:
    least, most = BYTES_OF_A_PARAMETER[model.precision]
    assert least <= model.weights / model.parameters / 10**9 <= most


@EVERY
def test_attention_heads_are_a_multiple_of_key_value_heads(model: LanguageModel) -> None:
    heads = [each.heads for each in model.cache if each.heads and not each.state]
    assert all(model.heads % each == 0 for each in heads)


@EVERY
def test_model_dimensions_are_plausible(model: LanguageModel) -> None:
    assert 0 <= model.whole < model.weights * 0.02
    assert 30_000 <= model.vocabulary <= 262_208
    assert model.context >= 512
    assert all(1 <= each.layers <= 126 and (each.numbers > 0) != (each.state > 0) for each in model.cache)
    assert all(each.window < model.context for each in model.cache)
    assert "/" in model.name


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", {1, 2, 4, 8, 16}),  # beyond 8, two GPUs share a key-value head
        ("Qwen/Qwen2.5-7B-Instruct", {1, 2, 4}),  # 28 attention heads
        ("microsoft/phi-4", {1, 2, 5, 10}),  # 10 key-value heads
        ("deepseek-ai/DeepSeek-R1", {1, 2, 4, 8, 16}),
        ("Qwen/Qwen3-235B-A22B", {1, 2, 4, 8, 16}),
    ],
)
def test_tensor_parallel_sizes_divide_the_attention_heads(name: str, counts: set[int]) -> None:
    assert {count for count in range(1, 17) if MODELS[name].splits_over(count)} == counts


def test_model_without_known_heads_splits_over_any_gpu_count() -> None:
    model = of_weights("org/model", 10**9)
    assert (model.weights, model.cache, model.context, model.has_shape) == (10**9, (), 0, False)
    assert all(model.splits_over(count) for count in range(1, 9))


@EVERY
def test_only_llama_models_of_meta_are_gated(model: LanguageModel) -> None:
    assert (model.gated is True) == model.name.startswith("meta-llama/")


PUBLISHED_PARAMETERS = [
    ("meta-llama/Llama-3.1-405B-Instruct", 405.85),
    ("Qwen/Qwen3-235B-A22B", 235.09),
    ("Qwen/Qwen3.5-397B-A17B", 397),
    ("Qwen/Qwen3-Next-80B-A3B-Instruct", 80),
    ("Qwen/Qwen3-Coder-480B-A35B-Instruct", 480),
    ("deepseek-ai/DeepSeek-V3", 671),
    ("deepseek-ai/DeepSeek-V4-Flash", 284),
    ("moonshotai/Kimi-K2.5", 1027),
    ("zai-org/GLM-5", 744),
    ("zai-org/GLM-4.5-Air", 106.9),
    ("MiniMaxAI/MiniMax-M2.5", 229),
    ("nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", 31.6),
    ("nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16", 120.7),
    ("nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-BF16", 550),
    ("openai/gpt-oss-120b", 116.83),
    ("openai/gpt-oss-20b", 20.91),
    ("google/gemma-3-27b-it", 27.4),
    ("Qwen/Qwen2.5-VL-3B-Instruct", 3.755),
    ("Qwen/Qwen2.5-VL-7B-Instruct", 8.29),
    ("Qwen/Qwen2.5-VL-72B-Instruct", 73.4),
    ("google/gemma-4-31B-it", 31.2),
    ("XiaomiMiMo/MiMo-V2-Flash", 309),
    ("microsoft/Phi-3.5-MoE-instruct", 41.9),
]
"""In billions, as the hub page or vllm-project/recipes gives them, rounded as there."""


@pytest.mark.parametrize(("name", "billions"), PUBLISHED_PARAMETERS)
def test_parameter_count_matches_the_published_count(name: str, billions: float) -> None:
    assert MODELS[name].parameters == pytest.approx(billions, rel=0.005)


FAMILIES = [
    "Qwen/Qwen2.5-",
    "Qwen/Qwen3-",
    "Qwen/Qwen3.5-",
    "Qwen/Qwen3.6-",
    "Qwen/Qwen3-VL-",
    "Qwen/Qwen3-Next-",
    "Qwen/Qwen3-Embedding-",
    "meta-llama/Llama-3.1-",
    "meta-llama/Llama-3.2-",
    "meta-llama/Llama-3.3-",
    "meta-llama/Llama-4-",
    "google/gemma-2-",
    "google/gemma-3-",
    "google/gemma-4-",
    "deepseek-ai/DeepSeek-V2",
    "deepseek-ai/DeepSeek-V3",
    "deepseek-ai/DeepSeek-V3.2",
    "deepseek-ai/DeepSeek-V4",
    "deepseek-ai/DeepSeek-R1",
    "moonshotai/Kimi-K2",
    "moonshotai/Kimi-K3",
    "zai-org/GLM-4",
    "zai-org/GLM-5",
    "MiniMaxAI/MiniMax-M2",
    "nvidia/NVIDIA-Nemotron-3",
    "microsoft/Phi-3",
    "microsoft/Phi-4",
    "mistralai/Mistral-",
    "mistralai/Ministral-3",
    "mistralai/Mixtral-",
    "mistralai/Devstral-",
    "openai/gpt-oss",
    "tiiuae/falcon",
    "ibm-granite/granite",
    "allenai/OLMo-2",
    "allenai/Olmo-3",
    "CohereLabs/",
    "internlm/",
    "XiaomiMiMo/",
    "stepfun-ai/",
    "LGAI-EXAONE/",
]


@pytest.mark.parametrize("family", FAMILIES)
def test_catalog_has_models_of_current_families(family: str) -> None:
    assert any(name.startswith(family) for name in MODELS)


def test_catalog_has_250_models_and_every_precision() -> None:
    assert len(MODELS) >= 250
    assert {model.precision for model in MODELS.values()} == set(BYTES_OF_A_PARAMETER)


def test_every_model_has_a_source_and_a_date() -> None:
    assert MODEL_SOURCES.keys() == MODELS.keys() | {"gated", "not gated"}
    assert all(source.where and source.date.year >= 2025 for source in MODEL_SOURCES.values())


def test_models_csv_survives_a_round_trip() -> None:
    path = Path(package.__file__).with_name("models.csv")
    assert write_table(read_table(path).values()) == path.read_text(encoding="utf-8")
