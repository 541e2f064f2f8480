"""vLLM's published recipes: releases that are too old for a model, and settings that a stack file lacks."""

from collections.abc import Iterator, Mapping

from gpu_cluster.catalog import RECIPES, Recipe
from gpu_cluster.catalog.engines import flags_of
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.engine_arguments import TYPED, canonical_name, split_arguments
from gpu_cluster.stack.checks.engines import release_in_use
from gpu_cluster.stack.checks.valid_models import valid_models
from gpu_cluster.stack.diagnostic import Diagnostic, Keys

_REMOTE_CODE = "trust-remote-code"

_DEFAULTS = frozenset(
    {
        *("--enable-prefix-caching", "--enable-chunked-prefill", "--async-scheduling"),
        *("--tokenizer-mode=auto", "--generation-config=auto"),
    }
)
"""Arguments that change nothing in vLLM 0.26.0 (vllm/engine/arg_utils.py, 2026-11-30)."""


def recipes(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    for keys, model in valid_models(stack, broken):
        recipe, release = _recipe(model), release_in_use(model)
        message = unserved(recipe, release) if recipe and release else None
        if message:
            yield Diagnostic((*keys, "model"), message)


def unserved(recipe: Recipe, release: str) -> str | None:
    """Reason why a release of vLLM does not serve the model of a recipe, and what to set instead."""
    of_recipe = f"(vLLM's recipes, {recipe.source.date})"
    if recipe.omni:
        message = f"{recipe.model} needs vLLM-Omni {of_recipe}, which vLLM's own image lacks"
        return f"{message}; expected engine custom and an image with it"
    if not recipe.is_newer_than(release):
        return None
    needed = "a nightly build of vLLM" if recipe.is_nightly else f"vLLM {recipe.release} or later"
    hint = "set image" if recipe.is_nightly else f"set version: v{recipe.release}"
    return f"{recipe.model} needs {needed} {of_recipe}, and {release} is served; {hint}"


def is_unserved(model: ModelSettings) -> bool:
    """Whether the release in use does not serve the model, as its recipe says."""
    recipe, release = _recipe(model), release_in_use(model)
    return bool(recipe and release and unserved(recipe, release))


def beside_recipe(name: str, model: ModelSettings) -> Iterator[str]:
    """Arguments of the model's recipe that its entry lacks, and then its parsers, in one sentence."""
    recipe, release = _recipe(model), release_in_use(model)
    if recipe is None or recipe.omni or (release and recipe.is_newer_than(release)):
        return
    typed, args = _lacking(model, recipe, release)
    if not (typed or args):
        return
    typed |= {key: word for key, word in parsers(recipe, release) if not _is_set(model, key)}
    shown = [f"args: {{{_listed(args)}}}"] if args else []
    listed = ", ".join([*shown, _listed(typed)] if typed else shown)
    code = "; trust-remote-code runs code of the model's repository: pin revision"
    yield (
        f"model {name}: vLLM's recipe for {model.model} ({recipe.source.date}) also has {listed}"
        f"{code if _REMOTE_CODE in args else ''}"
    )


def _listed(settings: Mapping[str, str]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in settings.items())


def parsers(recipe: Recipe, release: str | None) -> Iterator[tuple[str, str]]:
    """Parsers of a recipe by the key of the stack file, as far as the release has them without a plugin."""
    flags = flags_of("vllm", release)
    words = {"toolParser": recipe.tool_parser, "reasoningParser": recipe.reasoning_parser}
    for key, flag in (("toolParser", "--tool-call-parser"), ("reasoningParser", "--reasoning-parser")):
        if words[key] and (flags is None or words[key] in flags[flag].choices):
            yield key, words[key]


def _recipe(model: ModelSettings) -> Recipe | None:
    return RECIPES.get(model.model) if model.engine is ServingEngine.VLLM else None


def _lacking(
    model: ModelSettings, recipe: Recipe, release: str | None
) -> tuple[dict[str, str], dict[str, str]]:
    """Keys of a model such as kvCacheDtype, and arguments such as block-size, with the recipe's values."""
    typed, args = dict[str, str](), dict[str, str]()
    flags = flags_of("vllm", release)
    given = {canonical_name(flag, flags) for flag, _ in split_arguments(model.args)}
    for argument in recipe.arguments:
        flag, _, value = argument.partition("=")
        name = canonical_name(flag, flags)
        if argument in _DEFAULTS or name in given or (flags is not None and name not in flags):
            continue
        key = TYPED["vllm"].get(name)
        if key is None:
            args[flag[2:]] = value or "true"
        elif not _is_set(model, key):
            typed[key] = value or "true"
    return typed, args


def _is_set(model: ModelSettings, key: str) -> bool:
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)
    return bool(getattr(model, name, None))
