import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.config.pools import Sharing
from gpu_cluster.cost import Range
from gpu_cluster.stack import load
from gpu_cluster_tools.throughput.estimate import Layout, NoData, Workload
from gpu_cluster_tools.throughput.gpu_node import GpuNode
from gpu_cluster_tools.throughput.measured_model import MeasuredModel
from gpu_cluster_tools.throughput.served_model import Served, ServedModel, served_model, unmeasured_node
from tests.unit.gpu_cluster_tools.throughput.fake_measurements import FakeMeasurements
from tests.unit.gpu_cluster_tools.throughput.served_models import LLAMA, gpu_node, served, settings
from tests.unit.gpu_cluster_tools.throughput.stack_files import STACKS


@pytest.fixture(scope="module")
def h100() -> Pool:
    return pools_of(load(STACKS / "Pulumi.prod.yaml"))["h100"]


def test_estimate_uses_the_parallelism_of_the_stack(h100: Pool) -> None:
    model = served(gpus=2, kvCacheDtype="fp8")
    found = model.as_configured(h100, gpu_node(), Workload(2048, 256, 8))
    fake = model.measurements
    assert isinstance(fake, FakeMeasurements)

    assert isinstance(found, Served)
    assert found.layout == Layout(tensor=2)
    [(measured, *_, kv_cache)] = fake.asked
    assert measured == MeasuredModel("meta-llama/Meta-Llama-3.1-8B", "bf16")
    assert kv_cache == "fp8"


def test_token_price_is_the_models_share_of_the_node(h100: Pool) -> None:
    found = served().as_configured(h100, gpu_node(hourly=40), Workload(2048, 256, 1))

    assert isinstance(found, Served)
    # 40 / 8 dollars for 50 x 3600 tokens
    assert found.usd_per_million == Range.of(Fraction(5_000_000, 180_000))


def test_requests_that_exceed_memory_have_no_estimate(h100: Pool) -> None:
    found = served().as_configured(h100, gpu_node(), Workload(8000, 100, 1000))

    assert found == NoData("does not fit in memory")


def test_requests_above_the_engine_limit_have_no_estimate(h100: Pool) -> None:
    found = served(maxSequences=16).as_configured(h100, gpu_node(), Workload(2048, 256, 32))

    assert found == NoData("the engine runs 16 requests concurrently; others wait")


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"engine": "triton", "version": "25.06-py3"}, "no measurements of triton"),
        ({"image": "registry.example.com/vllm:mine"}, "a custom image without version"),
        ({"nodes": 2, "gpus": 8}, "no measurements of multi-node replicas"),
        ({"speculative": {"method": "ngram", "tokens": 3}}, "speculative decoding depends on"),
        ({"lora": {"modules": {"a": "acme/a"}}}, "no measurements of LoRA adapters"),
        ({"kvCacheDtype": "nvfp4"}, "no measurements of a KV cache of nvfp4"),
        (
            {"model": "acme/chat"},
            "acme/chat is unknown; set config to the path of its config.json",
        ),
        ({"model": "acme/chat", "weights": "16Gi"}, "the architecture of acme/chat is unknown"),
        (
            {"model": "Qwen/Qwen2.5-32B-Instruct"},
            "no measured model has the architecture of Qwen/Qwen2.5-32B",
        ),
        ({"quantization": "bitsandbytes"}, f"no measurements of {LLAMA} in bitsandbytes"),
    ],
)
def test_unmeasured_model_has_a_reason(keys: dict[str, Any], reason: str) -> None:
    found = served_model(settings(**keys), FakeMeasurements())

    assert isinstance(found, NoData)
    assert found.reason.startswith(reason)


@pytest.mark.parametrize(("weights", "known"), [("15Gi", True), ("6Gi", False)])
def test_weights_of_another_size_have_unknown_precision(weights: str, known: bool) -> None:
    found = served_model(settings(weights=weights), FakeMeasurements())

    assert isinstance(found, ServedModel) is known


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        (gpu_node("L4"), "no measurements of L4"),
        (gpu_node("A100-40GB"), "no measurements of A100-40GB"),
        (gpu_node(sharing=Sharing(time_slicing=2)), "no measurements of GPUs that replicas share"),
        (gpu_node(sharing=Sharing(mps=2)), "no measurements of GPUs that replicas share"),
        (gpu_node(sharing=Sharing(mig={"3g.40gb": 2})), "no measurements of MIG instances"),
        (gpu_node(), None),
    ],
)
def test_unmeasured_gpu_has_a_reason(node: GpuNode, reason: str | None) -> None:
    assert unmeasured_node(node) == reason


def test_config_json_is_looked_up_by_its_folder(tmp_path: Path) -> None:
    layers = {"num_hidden_layers": 4, "hidden_size": 512, "intermediate_size": 1024, "vocab_size": 32000}
    heads = {"num_attention_heads": 8, "num_key_value_heads": 2, "max_position_embeddings": 8192}
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"model_type": "llama", "torch_dtype": "bfloat16", **layers, **heads}))

    assert served(model="acme/chat", config=str(file)).measured == MeasuredModel(str(tmp_path), "bf16")
