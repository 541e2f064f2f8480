import json
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.capacity import MemoryEstimate, config_problem, device_of, known_model, load_of
from gpu_cluster.catalog import GPUS, MODELS
from gpu_cluster.config import ModelSettings
from gpu_cluster.config.model_shape import ModelShape

CONFIG = {
    "model_type": "qwen3",
    "hidden_size": 2560,
    "num_hidden_layers": 36,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "intermediate_size": 9728,
    "vocab_size": 151936,
    "max_position_embeddings": 40960,
    "tie_word_embeddings": True,
}


def changed(**keys: object) -> str:
    return json.dumps(CONFIG | keys)


def settings(**given: Any) -> ModelSettings:
    return ModelSettings.model_validate(
        {"model": "acme/chat", "pool": "l4", "replicas": 1, "cache": {"size": "40Gi"}} | given
    )


def test_model_without_description_is_unknown() -> None:
    assert known_model(settings()) is None
    assert known_model(settings(like="Qwen/Qwen3-9B")) is None


def test_like_gives_a_model_the_data_of_its_base_model() -> None:
    found, base = known_model(settings(like="Qwen/Qwen3-8B")), MODELS["Qwen/Qwen3-8B"]
    assert found
    assert (found.name, found.cache, found.weights) == ("acme/chat", base.cache, base.weights)


def test_config_json_matches_the_catalog_entry(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps(CONFIG))
    found, base = known_model(settings(config=str(file))), MODELS["Qwen/Qwen3-4B"]
    assert found
    assert (found.weights, found.cache, found.context) == (base.weights, base.cache, base.context)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "there is no such file"),
        ("{", "is not JSON"),
        ('{"num_hidden_layers": 2}', "has no hidden_size or n_embd or d_model or dim"),
        (json.dumps(CONFIG | {"vocab_size": None}), "has no vocab_size"),
        ("[]", "is not a JSON object"),
        ("[" * 100_000, "is not JSON"),
        (f'{{"vocab_size": {"9" * 5000}}}', "is not JSON"),
        (changed(hidden_size=1e99), "has a number out of range as hidden_size"),
        (changed(num_hidden_layers=10**9), "has 1000000000 layers, more than 10000"),
        (
            changed(num_experts=8, moe_intermediate_size=64, moe_layer_freq=[1]),
            "has 1 elements in moe_layer_freq, and none for layer 2",
        ),
        (
            changed(quantization_config={"quant_method": "fp8", "ignore": ["re:("]}),
            "has the invalid regular expression 're:(': missing ), unterminated subpattern at position 0",
        ),
    ],
)
def test_incomplete_config_json_is_reported(tmp_path: Path, text: str | None, problem: str) -> None:
    file = tmp_path / f"{abs(hash(text))}.json"
    if text is not None:
        file.write_text(text)
    assert config_problem(str(file)) == problem
    assert known_model(settings(config=str(file))) is None


@pytest.mark.parametrize(
    "quantization",
    [
        {"quant_method": "fp8", "weight_block_size": [0, 128]},
        {"quant_method": "modelopt", "quant_algo": "NVFP4", "group_size": 0},
        {"quant_method": "compressed-tensors", "config_groups": {"a": {"weights": {"num_bits": 4}}}},
    ],
)
def test_group_size_0_is_the_default_of_the_method(tmp_path: Path, quantization: dict[str, Any]) -> None:
    file = tmp_path / "config.json"
    file.write_text(changed(quantization_config=quantization))
    assert config_problem(str(file)) is None


def test_too_long_file_name_is_reported(tmp_path: Path) -> None:
    assert config_problem(str(tmp_path / ("x" * 300))) == "cannot be read: File name too long"


def test_invalid_quantization_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(changed())
    (tmp_path / "hf_quant_config.json").write_text("{")
    problem = config_problem(str(tmp_path / "config.json"))
    assert problem == "hf_quant_config.json beside it is not JSON"


def test_shape_and_weights_describe_a_model() -> None:
    shape = {"layers": 8, "heads": 32, "kvHeads": 4, "vocabulary": 100_000, "context": 8192}
    shape |= {"windowedLayers": 24, "window": 1024}
    found = known_model(settings(shape=shape, weights="16Gi"))
    assert found
    assert found.weights == 16 * 1024**3
    assert [(each.layers, each.heads, each.numbers, each.window) for each in found.cache] == [
        (8, 4, 256, 0),
        (24, 4, 256, 1024),
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"like": "Qwen/Qwen3-8B", "config": "config.json"}, "like and config exclude each other"),
        (
            {"shape": {"layers": 2, "heads": 8, "kvHeads": 8, "vocabulary": 9, "context": 9}},
            "shape requires weights",
        ),
    ],
)
def test_contradicting_model_descriptions_are_rejected(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        settings(**given)


def test_shape_requires_window_and_windowed_layers_together() -> None:
    with pytest.raises(ValueError, match="expected both window and windowedLayers, or neither"):
        ModelShape(layers=2, heads=8, kv_heads=8, vocabulary=9, context=9, window=128)


def need(**given: Any) -> MemoryEstimate:
    model = settings(model="Qwen/Qwen3-30B-A3B", context=16_384, **given)
    known = known_model(model)
    assert known
    return load_of(model, known).need(device_of(GPUS["H100"]), model.gpus)


def test_engine_options_change_the_memory_estimate() -> None:
    plain = need(gpus=4)
    assert need(gpus=4, kvCacheDtype="fp8").cache == plain.cache // 2
    assert need(gpus=4, maxSequences=8).working < plain.working
    assert need(gpus=4, pipelineParallel=4).cache == plain.cache
    assert need(gpus=4, dataParallel=4).weights > 3 * plain.weights
    assert need(gpus=4, dataParallel=4, expertParallel=True).weights == pytest.approx(plain.weights, rel=0.2)
    assert need(gpus=4, quantization="fp8").weights == pytest.approx(plain.weights * 0.62, rel=0.01)
    drafted = need(gpus=4, speculative={"model": "Qwen/Qwen3-0.6B"})
    assert drafted.weights == plain.weights + MODELS["Qwen/Qwen3-0.6B"].weights_on(4)


def test_utilization_scales_the_usable_memory() -> None:
    assert device_of(GPUS["L4"], utilization=0.5).usable_bytes == pytest.approx(
        device_of(GPUS["L4"]).usable_bytes * 5 / 9, rel=1e-6
    )
