from typing import Any

import pytest

from gpu_cluster.capacity import engine_options, pools_of, release_of, replica_device
from gpu_cluster.config.model import ModelSettings
from tests.unit.gpu_cluster.stacks import model_of, stack_of


def settings(**model: Any) -> ModelSettings:
    return ModelSettings.model_validate(model_of(**model))


def test_tensor_parallel_size_is_the_gpus_left_by_other_parallelism() -> None:
    assert engine_options(settings(gpus=8)).tensor == 8
    options = engine_options(settings(gpus=8, dataParallel=2, pipelineParallel=2))
    assert (options.tensor, options.copy_gpus, options.gpus) == (2, 4, 8)


def test_max_sequences_defaults_to_the_concurrency() -> None:
    assert engine_options(settings(concurrency=4)).max_sequences == 4
    assert engine_options(settings(concurrency=4, maxSequences=64)).max_sequences == 64


def test_engine_options_include_adapters_and_draft_model() -> None:
    options = engine_options(
        settings(
            speculative={"method": "eagle3", "model": "org/draft", "tokens": 3},
            lora={"modules": {"a": "org/a"}, "atOnce": 4, "maxRank": 64},
        )
    )
    assert (options.speculative, options.draft, options.draft_tokens) == ("eagle3", "org/draft", 3)
    assert (options.adapters, options.adapter_rank) == (1, 64)


def test_replica_device_uses_utilization_sequences_and_batch_of_the_stack() -> None:
    [pool] = pools_of(stack_of(serving={})).values()
    usual = replica_device(settings(), pool)
    told = replica_device(settings(gpuMemoryUtilization=0.5, maxSequences=8, batchedTokens=512), pool)
    assert (usual.share, usual.sequences, usual.batch) == (0.9, 256, 2048)
    assert (told.share, told.sequences, told.batch) == (0.5, 8, 512)


@pytest.mark.parametrize(
    ("version", "release"),
    [("v0.26.0", "0.26.0"), ("0.5.23-cu129@sha256:0", "0.5.23"), ("25.06-py3", None), (None, None)],
)
def test_release_of_reads_three_numbers_of_a_version(version: str | None, release: str | None) -> None:
    assert release_of(version) == release
