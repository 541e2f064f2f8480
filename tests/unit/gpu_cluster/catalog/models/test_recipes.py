"""vLLM's published settings of models, held to what the parser of the pinned release declares."""

from datetime import date

import pytest

from gpu_cluster.catalog import RECIPES, Recipe, Source
from gpu_cluster.catalog.engines import flags_of
from gpu_cluster.catalog.models.recipes import write_recipes
from gpu_cluster.stack.checks.engine_arguments import argument_mistakes, canonical_name
from gpu_cluster_tools.model_catalog.recipes import recipes_of

RELEASE = "0.26.0"
SOURCE = Source("github.com/vllm-project/recipes", date(2026, 8, 21))


def served() -> list[Recipe]:
    return [each for each in RECIPES.values() if not each.omni and not each.is_newer_than(RELEASE)]


def test_there_are_recipes_of_many_models_each_with_its_source() -> None:
    assert len(RECIPES) > 300
    assert {each.source.where.partition("/blob/")[0] for each in RECIPES.values()} == {SOURCE.where}


def test_the_parser_of_the_pinned_release_knows_every_argument() -> None:
    flags = flags_of("vllm", RELEASE) or {}
    for recipe in served():
        for argument in recipe.arguments:
            assert canonical_name(argument.partition("=")[0], flags) in flags, recipe


def test_what_is_not_a_key_of_the_stack_file_is_right_as_an_argument() -> None:
    for recipe in served():
        for mistake in argument_mistakes((), "vllm", RELEASE, list(recipe.arguments)):
            assert mistake.message.endswith("which is validated"), recipe


@pytest.mark.parametrize(
    ("needed", "newer"),
    [("0.26.0", False), ("0.26.1", True), ("0.9", False), ("1.0", True), ("nightly", True), ("", False)],
)
def test_a_release_is_compared_by_its_numbers(needed: str, newer: bool) -> None:
    recipe = Recipe("org/model", needed, (), "", "", omni=False, source=SOURCE)
    assert recipe.is_newer_than(RELEASE) is newer


def test_the_models_that_the_pinned_release_lacks_are_those_whose_parsers_it_lacks_too() -> None:
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


def test_a_recipe_is_read_as_the_command_line_that_it_makes() -> None:
    document = {
        "meta": {"tasks": ["text"]},
        "model": {
            "model_id": "org/model",
            "min_vllm_version": "0.20.0",
            "base_args": ["--tokenizer_mode", "mistral", "--kernel-config.enable_x=False", "--port", "8000"],
        },
        "features": {"tool_calling": {"args": ["--tool-call-parser", "mistral"]}},
        "variants": {"small": {"model_id": "org/small", "extra_args": ["--kv-cache-dtype fp8", "--eager"]}},
    }
    model, small = recipes_of(document, SOURCE)
    assert model.arguments == ("--tokenizer-mode=mistral", "--kernel-config.enable_x=False")
    assert (model.release, model.tool_parser, model.reasoning_parser) == ("0.20.0", "mistral", "")
    assert (small.model, small.arguments[2:]) == ("org/small", ("--kv-cache-dtype=fp8", "--eager"))


def test_the_table_is_written_as_it_is_read() -> None:
    text = write_recipes(RECIPES.values())
    assert text.count("\n") == len(RECIPES) + 1
    assert "moonshotai/Kimi-K3,0.27.1," in text
