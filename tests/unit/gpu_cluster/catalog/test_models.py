import pytest

from gpu_cluster.catalog import MODEL_SOURCES, MODELS, LanguageModel, of_weights

EVERY = pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
BYTES_OF_A_PARAMETER = {"bf16": (1.98, 2.03), "fp8": (1.0, 1.04), "mxfp4": (0.5, 0.75)}


@EVERY
def test_weights_are_as_large_as_their_precision_makes_them(model: LanguageModel) -> None:
    least, most = BYTES_OF_A_PARAMETER[model.precision]
    assert least <= model.weights / model.parameters / 10**9 <= most


@EVERY
def test_key_value_heads_serve_the_same_number_of_attention_heads(model: LanguageModel) -> None:
    assert model.kv_heads == 0 or model.heads % model.kv_heads == 0
    assert model.head_dim in ({64, 128} if model.kv_heads else {576})


@EVERY
def test_numbers_are_of_a_size_that_exists(model: LanguageModel) -> None:
    assert 16 <= model.layers + model.windowed <= 126
    assert (model.window > 0) == (model.windowed > 0)
    assert 32_000 <= model.vocabulary <= 262_144
    assert 16_384 <= model.context <= 262_144
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
def test_heads_are_divided_without_remainder(name: str, counts: set[int]) -> None:
    assert {count for count in range(1, 17) if MODELS[name].splits_over(count)} == counts


def test_a_model_of_which_only_the_weights_are_known_may_be_divided_at_will() -> None:
    model = of_weights("org/model", 10**9)
    assert (model.weights, model.layers, model.context) == (10**9, 0, 0)
    assert all(model.splits_over(count) for count in range(1, 9))


@EVERY
def test_every_model_says_whether_it_is_gated(model: LanguageModel) -> None:
    assert (model.gated is True) == model.name.startswith("meta-llama/")
    if model.gated is None:
        assert model.name.startswith(("mistralai/", "RedHatAI/"))


def test_there_is_something_of_every_size() -> None:
    assert len(MODELS) >= 25
    assert {round(model.parameters) for model in MODELS.values()} >= {1, 8, 24, 70 + 1, 406}


def test_every_number_says_where_it_comes_from() -> None:
    assert set(MODEL_SOURCES) == {
        "shape",
        "weights",
        "weights of gpt-oss and FP8-dynamic",
        "gated",
        "not gated",
        "not known whether gated",
    }
    assert all(source.where and source.date.year >= 2026 for source in MODEL_SOURCES.values())
