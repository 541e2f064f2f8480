"""vLLM's published recipes use only arguments that the pinned release's parser declares."""

from datetime import date
from statistics import median

import pytest

from gpu_cluster.capacity import ModelLoad, smallest_fit
from gpu_cluster.catalog import GPUS, MODELS, RECIPES, Recipe, Source
from gpu_cluster.catalog.engines import flags_of
from gpu_cluster.catalog.models.recipes import write_recipes
from gpu_cluster.stack.checks.engine_arguments import argument_diagnostics, canonical_name
from gpu_cluster_tools.model_catalog.recipes import recipes_of

RELEASE = "0.26.0"
SOURCE = Source("github.com/vllm-project/recipes", date(2026, 8, 21))


def served() -> list[Recipe]:
    return [each for each in RECIPES.values() if not each.omni and not each.is_newer_than(RELEASE)]


def test_more_than_300_recipes_cite_the_vllm_recipes_repository() -> None:
    assert len(RECIPES) > 300
    assert {each.source.where.partition("/blob/")[0] for each in RECIPES.values()} == {SOURCE.where}


def test_pinned_vllm_parser_accepts_every_recipe_argument() -> None:
    flags = flags_of("vllm", RELEASE) or {}
    for recipe in served():
        for argument in recipe.arguments:
            assert canonical_name(argument.partition("=")[0], flags) in flags, recipe


def test_recipe_arguments_fail_only_if_a_stack_file_key_exists() -> None:
    for recipe in served():
        for diagnostic in argument_diagnostics((), "vllm", RELEASE, list(recipe.arguments)):
            assert diagnostic.message.endswith("which is validated"), recipe


@pytest.mark.parametrize(
    ("needed", "newer"),
    [("0.26.0", False), ("0.26.1", True), ("0.9", False), ("1.0", True), ("nightly", True), ("", False)],
)
def test_recipe_release_is_compared_numerically(needed: str, newer: bool) -> None:
    recipe = Recipe("org/model", needed, (), "", "", omni=False, source=SOURCE)
    assert recipe.is_newer_than(RELEASE) is newer


def test_pinned_vllm_lacks_parsers_only_of_models_that_need_a_newer_release() -> None:
    """The publisher's recipes and the parser of its release agree."""
    known = (flags_of("vllm", RELEASE) or {})["--tool-call-parser"].choices
    lacking = {
        each.tool_parser
        for each in RECIPES.values()
        if each.is_newer_than(RELEASE) and each.tool_parser not in known
    }
    assert {"kimi_k3", "muse_glimmer", "dots"} <= lacking
    plugins = {"nemotron_json"}  # a file of the model's repository
    assert {it.tool_parser for it in served() if it.tool_parser} - {*known} <= plugins | {"ling3"}


def test_recipe_arguments_are_normalized_as_a_vllm_command_line() -> None:
    document = {
        "meta": {"tasks": ["text"], "hardware": {"h200": "verified", "b200": "unsupported"}},
        "model": {
            "model_id": "org/model",
            "min_vllm_version": "0.20.0",
            "base_args": ["--tokenizer_mode", "mistral", "--kernel-config.enable_x=False", "--port", "8000"],
        },
        "features": {"tool_calling": {"args": ["--tool-call-parser", "mistral"]}},
        "variants": {
            "default": {"vram_minimum_gb": 96},
            "small": {"model_id": "org/small", "extra_args": ["--kv-cache-dtype fp8", "--eager"]},
        },
    }
    model, same, small = recipes_of(document, SOURCE)
    assert (model, model.memory_gb, model.verified) == (same, 96, ("H200",))
    assert model.arguments == ("--tokenizer-mode=mistral", "--kernel-config.enable_x=False")
    assert (model.release, model.tool_parser, model.reasoning_parser) == ("0.20.0", "mistral", "")
    assert (small.model, small.arguments[2:]) == ("org/small", ("--kv-cache-dtype=fp8", "--eager"))


def test_write_recipes_writes_one_row_per_recipe() -> None:
    text = write_recipes(RECIPES.values())
    assert text.count("\n") == len(RECIPES) + 1
    assert "moonshotai/Kimi-K3,0.27.1," in text


def test_published_memory_is_about_1_2_times_the_catalog_weights() -> None:
    """The published memory is 1.2 times the weights in the median; small models are rounded."""
    stated = [
        each.memory_gb * 1e9 / MODELS[each.model].weights
        for each in RECIPES.values()
        if each.memory_gb and each.model in MODELS
    ]
    assert len(stated) >= 120
    assert min(stated) > 0.7
    assert max(stated) < 2
    assert 1.1 < median(stated) < 1.3


LARGER_THAN_EIGHT = {
    ("deepseek-ai/DeepSeek-V3.2", "H100"),  # its NVFP4 variant
    ("moonshotai/Kimi-K2-Instruct", "H200"),  # on 16 GPUs
    ("moonshotai/Kimi-K3", "H200"),
    ("moonshotai/Kimi-K3", "B200"),
    ("moonshotai/Kimi-K3", "GB200"),
    ("zai-org/GLM-5", "H200"),  # its FP8 variant, as of the others of GLM
    ("zai-org/GLM-5.1", "H200"),
    ("zai-org/GLM-5.2", "B200"),
}
"""Models whose weights leave less than 15 % of eight of these GPUs: recipes name GPUs for all variants."""


def test_models_fit_on_gpus_that_the_publisher_verified() -> None:
    tried = [
        (each.model, gpu)
        for each in RECIPES.values()
        for gpu in each.verified
        if each.model in MODELS and each.source.where.endswith(f"/{each.model.partition('/')[2]}.yaml")
    ]
    refused = {
        (model, gpu)
        for model, gpu in tried
        if smallest_fit(ModelLoad(MODELS[model], 8192, None), GPUS[gpu], 8) is None
    }
    assert len(tried) >= 85
    assert refused == LARGER_THAN_EIGHT
    for model, gpu in refused:
        assert MODELS[model].weights > 0.85 * 8 * GPUS[gpu].memory_mib * 2**20
