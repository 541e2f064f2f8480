"""Memory estimates compared with figures of vLLM on GPUs."""

import pytest

from gpu_cluster.capacity import Device, ModelLoad, device_of, load_of, memory_share
from gpu_cluster.catalog import GPUS, MODELS, of_weights
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.pools import Sharing
from tests.unit.gpu_cluster.stacks import model_of

GIB = 1024**3

# vLLM 0.11 on H100, max-model-len 16000: llm-d's measurements of memory.
MEASURED = [
    ("openai/gpt-oss-20b", 1, 0.9, 50.28),
    ("openai/gpt-oss-120b", 1, 0.95, 3.33),
    ("RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic", 2, 0.9, 32.0),
    ("meta-llama/Llama-3.1-8B-Instruct", 1, 0.9, 51.38),
    ("Qwen/Qwen3-0.6B", 1, 0.9, 64.45),
    ("Qwen/Qwen3-32B", 1, 0.9, 4.45),
    ("Qwen/Qwen3-32B", 2, 0.9, 34.49),
]


@pytest.mark.parametrize(("name", "gpus", "utilization", "measured"), MEASURED)
def test_estimated_kv_cache_memory_is_just_below_the_measured(
    name: str, gpus: int, utilization: float, measured: float
) -> None:
    h100 = device_of(GPUS["H100"])
    need = ModelLoad(MODELS[name], 16000, None).need(h100, gpus)
    left = (h100.memory_bytes * utilization - need.weights - need.working) / GIB
    assert measured - 1.7 <= left <= measured


@pytest.mark.parametrize(
    ("name", "context", "gpus", "gib"),
    [
        ("Qwen/Qwen3-Coder-30B-A3B-Instruct", 262_144, 1, 24.0),  # "24.0 GiB KV cache is needed", #34076
        ("mistralai/Mistral-Small-24B-Instruct-2501", 184_832, 1, 28.20),  # as measured for its successor
        ("Qwen/Qwen3-235B-A22B", 178_880, 4, 8.11),  # "GPU KV cache size: 178,880 tokens", #21348
    ],
)
def test_kv_cache_size_matches_the_figures_of_vllm(name: str, context: int, gpus: int, gib: float) -> None:
    need = ModelLoad(MODELS[name], context, None).need(device_of(GPUS["H100"]), gpus)
    assert need.cache / GIB == pytest.approx(gib, rel=0.02)


@pytest.mark.parametrize(
    ("name", "gpu", "gpus", "context", "fits"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "L4", 1, 8192, True),
        ("meta-llama/Llama-3.1-8B-Instruct", "L4", 1, 131_072, False),
        ("meta-llama/Llama-3.1-8B-Instruct", "T4", 1, 2048, False),
        ("meta-llama/Llama-3.1-70B-Instruct", "H100", 1, 2048, False),
        ("meta-llama/Llama-3.1-70B-Instruct", "A100-80GB", 2, 8192, True),
        ("meta-llama/Llama-3.1-70B-Instruct", "H100", 4, 131_072, True),
        ("meta-llama/Llama-3.1-405B-Instruct", "H100", 8, 2048, False),
        ("meta-llama/Llama-3.1-405B-Instruct", "H200", 8, 131_072, True),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "A100-80GB", 1, 8192, False),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "A100-80GB", 2, 8192, True),
        ("deepseek-ai/DeepSeek-R1", "H100", 8, 8192, False),
        ("deepseek-ai/DeepSeek-R1", "H200", 8, 163_840, True),
        ("openai/gpt-oss-20b", "L4", 1, 8192, True),
        ("openai/gpt-oss-120b", "H100", 1, 8192, False),  # as in vLLM's #27508
    ],
)
def test_model_fits_exactly_if_it_is_known_to_run(
    name: str, gpu: str, gpus: int, context: int, fits: bool
) -> None:
    assert ModelLoad(MODELS[name], context, None).fits(device_of(GPUS[gpu]), gpus) is fits


def test_kv_cache_grows_linearly_with_sequences() -> None:
    l4, model = device_of(GPUS["L4"]), MODELS["Qwen/Qwen3-4B"]
    one, eight = (ModelLoad(model, 4096, count).need(l4, 1) for count in (1, 8))
    assert eight.cache == 8 * one.cache
    assert eight.working > one.working


def test_fewer_sequences_reduce_the_sampler_memory() -> None:
    h100, model = device_of(GPUS["H100"]), MODELS["openai/gpt-oss-120b"]
    assert ModelLoad(model, 8192, 4).fits(h100, 1)
    assert not ModelLoad(model, 8192, None).fits(h100, 1)


def test_more_gpus_than_key_value_heads_divide_only_the_weights() -> None:
    load = ModelLoad(MODELS["Qwen/Qwen3-235B-A22B"], 4096, 1)
    four, eight = (load.need(device_of(GPUS["H100"]), count) for count in (4, 8))
    assert eight.cache == four.cache
    whole = load.model.whole
    assert eight.weights - whole == (four.weights - whole) // 2


def test_latent_kv_cache_is_replicated_on_every_gpu() -> None:
    load = ModelLoad(MODELS["deepseek-ai/DeepSeek-V3"], 10_000, 1)
    one, eight = (load.need(device_of(GPUS["H200"]), count) for count in (1, 8))
    assert one.cache == eight.cache == 61 * 576 * 2 * 10_000


def test_sliding_window_layers_cache_only_the_window() -> None:
    load = ModelLoad(MODELS["openai/gpt-oss-20b"], 131_072, 1)
    cache = load.need(device_of(GPUS["L4"]), 1).cache
    assert cache == 12 * (131_072 + 128 + 2048 + 16) * 2 * 8 * 64 * 2


def test_model_of_unknown_shape_counts_only_weights() -> None:
    need = ModelLoad(of_weights("org/model", 10 * GIB), 8192, 4).need(device_of(GPUS["L4"]), 2)
    assert (need.weights, need.cache) == (5 * GIB, 0)


@pytest.mark.parametrize(("gpu", "gib"), [("L4", 1.4), ("H100", 5.8)])
def test_model_of_unknown_shape_assumes_a_usual_vocabulary(gpu: str, gib: float) -> None:
    device, model = device_of(GPUS[gpu]), of_weights("org/model", 10 * GIB)
    working = ModelLoad(model, 8192, None).need(device, 1).working
    assert (working - GIB) / GIB == pytest.approx(gib, abs=0.1)


@pytest.mark.parametrize(
    ("gpu", "gib"),
    [
        ("T4", 14.6),
        ("A10G", 22.1),
        ("L4", 22.0),
        ("L40S", 44.4),
        ("A100-80GB", 79.2),
        ("H100", 79.1),
        ("H200", 139.8),
    ],
)
def test_device_memory_matches_the_memory_reported_by_torch(gpu: str, gib: float) -> None:
    assert device_of(GPUS[gpu]).memory_bytes / GIB == pytest.approx(gib, abs=0.3)


@pytest.mark.parametrize(
    ("gpu", "profile", "gib"),
    [("A100-40GB", "1g.5gb", 4.75), ("A100-80GB", "1g.10gb", 9.5), ("A100-80GB", "3g.40gb", 39.5)],
)
def test_mig_device_has_its_slices_of_the_memory(gpu: str, profile: str, gib: float) -> None:
    sharing = Sharing(mig={profile: 1})
    assert device_of(GPUS[gpu], sharing, profile).memory_bytes / GIB == pytest.approx(gib, abs=0.4)


def test_replicas_that_share_a_gpu_divide_its_usable_memory() -> None:
    whole = device_of(GPUS["L4"])
    turns = device_of(GPUS["L4"], Sharing(time_slicing=4))
    side_by_side = device_of(GPUS["L4"], Sharing(mps=4))
    assert turns.usable_bytes == pytest.approx(whole.usable_bytes / 4, rel=1e-6)
    assert side_by_side.usable_bytes == pytest.approx(whole.usable_bytes / 4, rel=1e-6)


def test_time_slicing_divides_the_memory_share_but_not_the_device_memory() -> None:
    assert (
        memory_share(None) == memory_share(Sharing(mps=4)) == memory_share(Sharing(mig={"1g.10gb": 7})) == 0.9
    )
    assert memory_share(Sharing(time_slicing=3)) == pytest.approx(0.3)
    assert device_of(GPUS["L4"], Sharing(time_slicing=3)).memory_bytes == device_of(GPUS["L4"]).memory_bytes


@pytest.mark.parametrize(
    ("device", "sequences", "batch"),
    [
        (device_of(GPUS["H100"]), 1024, 8192),
        (device_of(GPUS["A100-80GB"]), 256, 2048),
        (device_of(GPUS["L40S"]), 256, 2048),
        (device_of(GPUS["H100"], Sharing(mig={"3g.40gb": 2}), "3g.40gb"), 256, 2048),
    ],
)
def test_default_sequences_and_batch_grow_with_the_device_memory(
    device: Device, sequences: int, batch: int
) -> None:
    assert (device.sequences, device.batch) == (sequences, batch)


def test_multi_token_prediction_loads_one_more_layer() -> None:
    """DeepSeek V3 has 11.5 billion additional parameters for it, in FP8 (README_WEIGHTS.md)."""
    settings = {"model": "deepseek-ai/DeepSeek-R1", "gpus": 8, "context": 32768}
    plain = ModelSettings.model_validate(model_of(**settings))
    predicting = ModelSettings.model_validate(
        model_of(**settings, speculative={"method": "mtp", "tokens": 1})
    )
    model, device = MODELS["deepseek-ai/DeepSeek-R1"], device_of(GPUS["H200"])
    before, after = (load_of(each, model).need(device, 8) for each in (plain, predicting))
    assert 8 * (after.weights - before.weights) == pytest.approx(11.5e9, rel=0.1)
    assert after.cache / before.cache == pytest.approx(62 / 61, rel=0.001)
    draft = {"method": "mtp", "model": "Qwen/Qwen3-0.6B"}
    other = load_of(ModelSettings.model_validate(model_of(**settings, speculative=draft)), model)
    assert other.need(device, 8).weights - before.weights < 1e9


@pytest.mark.parametrize(
    ("gpu", "gpus", "growth"),
    [
        ("H100", 1, 1),
        ("H100", 4, 768 / 720),
        ("A100-80GB", 1, 2944 * 3072 / 2880**2),
        ("B200", 1, (3072 / 2880) ** 2),
    ],
)
def test_expert_weights_of_gpt_oss_include_kernel_padding(gpu: str, gpus: int, growth: float) -> None:
    model = MODELS["openai/gpt-oss-120b"]
    need = ModelLoad(model, 8192, None).need(device_of(GPUS[gpu]), gpus)
    added = model.expert_weights * (growth - 1) / gpus
    assert need.weights == pytest.approx(model.whole + (model.weights - model.whole) / gpus + added, rel=1e-6)
    dense = ModelLoad(MODELS["Qwen/Qwen3-8B"], 8192, None).need(device_of(GPUS[gpu]), gpus)
    assert dense.weights == MODELS["Qwen/Qwen3-8B"].weights_on(gpus)
