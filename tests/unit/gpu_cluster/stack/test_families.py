"""Models of all current families, each on the smallest pool of L4, L40S and H100 that fits it."""

from typing import Any

import pytest

from gpu_cluster.capacity import ModelLoad, pools_of, smallest_fit
from gpu_cluster.catalog import MODELS
from gpu_cluster.catalog.engines import flags_of
from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.serving.engines import server_of
from gpu_cluster.stack.checks import check_sections
from gpu_cluster.stack.checks.engine_arguments import argument_problem, split_arguments
from tests.unit.gpu_cluster.stacks import stack_of

CONTEXT = 8192
POOLS: dict[str, Any] = {
    "l4": {"instance": "g6.12xlarge", "nodes": 80},
    "l40s": {"instance": "g6e.12xlarge", "nodes": 80},
    "h100": {"instance": "p5.48xlarge", "nodes": 80},
}
"""Pools from the smallest to the largest GPU."""

FAMILIES: dict[str, list[str]] = {
    "Llama 3": ["meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.3-70B-Instruct"],
    "Llama 4": ["meta-llama/Llama-4-Scout-17B-16E-Instruct"],
    "Qwen2.5": ["Qwen/Qwen2.5-7B-Instruct", "Qwen/Qwen2.5-72B-Instruct-AWQ", "Qwen/Qwen2.5-VL-7B-Instruct"],
    "Qwen3": ["Qwen/Qwen3-8B", "Qwen/Qwen3-30B-A3B-FP8", "Qwen/Qwen3-Coder-30B-A3B-Instruct"],
    "Qwen3-VL": ["Qwen/Qwen3-VL-8B-Instruct", "Qwen/Qwen3-VL-30B-A3B-Instruct"],
    "Qwen3-Next": ["Qwen/Qwen3-Next-80B-A3B-Instruct"],
    "Qwen3.5": ["Qwen/Qwen3.5-9B", "Qwen/Qwen3.5-122B-A10B"],
    "Qwen3.6": ["Qwen/Qwen3.6-27B", "Qwen/Qwen3.6-35B-A3B-FP8"],
    "DeepSeek R1": ["deepseek-ai/DeepSeek-R1-Distill-Qwen-32B"],
    "DeepSeek V2": ["deepseek-ai/DeepSeek-V2-Lite-Chat"],
    "DeepSeek V4": ["deepseek-ai/DeepSeek-V4-Flash"],
    "Gemma 2": ["google/gemma-2-9b-it"],
    "Gemma 3": ["google/gemma-3-12b-it"],
    "Gemma 4": ["google/gemma-4-31B-it", "google/gemma-4-26B-A4B-it"],
    "Mistral": ["mistralai/Mistral-7B-Instruct-v0.3", "mistralai/Ministral-3-14B-Instruct-2512"],
    "Mixtral": ["mistralai/Mixtral-8x7B-Instruct-v0.1"],
    "Devstral": ["mistralai/Devstral-2-123B-Instruct-2512"],
    "Phi": ["microsoft/phi-4", "microsoft/Phi-4-mini-instruct"],
    "gpt-oss": ["openai/gpt-oss-20b", "openai/gpt-oss-120b"],
    "MiniMax M2": ["MiniMaxAI/MiniMax-M2.5"],
    "GLM 4": ["zai-org/GLM-4-9B-0414", "zai-org/GLM-4.5-Air", "zai-org/GLM-4.7-Flash"],
    "Nemotron": ["nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", "nvidia/Nemotron-H-56B-Base-8K"],
    "Granite": ["ibm-granite/granite-3.1-8b-instruct"],
    "EXAONE": ["LGAI-EXAONE/EXAONE-4.0-32B"],
    "OLMo": ["allenai/Olmo-3.1-32B-Instruct"],
    "Falcon 3": ["tiiuae/Falcon3-10B-Instruct"],
    "SmolLM": ["HuggingFaceTB/SmolLM2-1.7B-Instruct"],
    "Command R": ["CohereLabs/c4ai-command-r-v01"],
    "StarCoder": ["bigcode/starcoder2-7b"],
}
NAMES = [name for names in FAMILIES.values() for name in names]


def on_its_pool(name: str) -> dict[str, Any]:
    """Settings of a model on the first pool that fits it."""
    model, pools = MODELS[name], pools_of(stack_of(pools=POOLS, serving={}))
    load = ModelLoad(model, min(CONTEXT, model.context), None)
    for key, pool in pools.items():
        if slot := smallest_fit(load, pool.gpu, pool.gpus):
            size = f"{model.download // 2**30 + 10}Gi"
            return {
                **{"model": name, "pool": key, "gpus": slot.gpus, "context": load.context, "replicas": 1},
                **{"cache": {"size": size}, "loadMinutes": 240},
            }
    raise AssertionError(f"no pool holds {name}")


@pytest.fixture(scope="module")
def stack() -> Stack:
    models = {f"m{number}": on_its_pool(name) for number, name in enumerate(NAMES)}
    return stack_of(pools=POOLS, serving={"hubToken": {"secure": "v1:abc:def"}, "models": models})


def test_thirty_models_of_fifteen_families_are_valid_on_their_smallest_pool(stack: Stack) -> None:
    assert len(FAMILIES) >= 15
    assert len(NAMES) >= 30
    assert {model.pool for model in stack.serving.models.values()} == set(POOLS)
    assert [str(it.message) for it in check_sections(stack, frozenset())] == []


def test_command_lines_of_current_families_are_valid_for_the_pinned_vllm(stack: Stack) -> None:
    flags, pools = flags_of("vllm", "0.26.0"), pools_of(stack)
    assert flags is not None
    for key, model in stack.serving.models.items():
        _, *words = server_of(key, model, pools[model.pool]).arguments
        for flag, values in split_arguments(words):
            assert argument_problem(flag, values, flags, "vllm 0.26.0") is None
