"""Engine arguments are checked against the parser of each release."""

import pytest

from gpu_cluster.catalog.engines import ENGINES, flags_of, known_releases
from gpu_cluster.images import VLLM
from gpu_cluster.stack.checks.engine_arguments import (
    PLATFORM,
    TYPED,
    argument_diagnostics,
    argument_problem,
    split_arguments,
)
from tests.witnesses.engine_arguments import WRONG, rendered

RELEASES = {"vllm": "0.26.0", "sglang": "0.5.23"}


@pytest.mark.parametrize("engine", RELEASES)
def test_every_rendered_command_line_is_valid(engine: str) -> None:
    flags = flags_of(engine, RELEASES[engine]) or {}
    for name, words in rendered(engine):
        named = words[1:] if engine == "vllm" else words  # vLLM's model precedes its arguments
        for flag, values in split_arguments(named):
            assert argument_problem(flag, values, flags, engine) is None, name


@pytest.mark.parametrize(
    ("engine", "words"), [(engine, words) for engine in WRONG for words in WRONG[engine]]
)
def test_arguments_that_the_parser_rejects_are_rejected(engine: str, words: list[str]) -> None:
    assert list(argument_diagnostics((), engine, RELEASES[engine], words))


@pytest.mark.parametrize("engine", RELEASES)
def test_every_argument_with_a_special_rule_exists(engine: str) -> None:
    flags = flags_of(engine, RELEASES[engine]) or {}
    assert {*PLATFORM[engine], *TYPED[engine]} <= {flag.name for flag in flags.values()}


def test_short_and_underscore_spellings_are_the_same_argument() -> None:
    for words in (["-tp", "2"], ["--tensor_parallel_size=2"], ["--tensor-parallel-size", "2"]):
        [diagnostic] = argument_diagnostics((), "vllm", "0.26.0", words)
        assert diagnostic.message.endswith("set tensorParallel, which is validated")


def test_unknown_release_rejects_only_arguments_that_the_platform_sets() -> None:
    words = ["--new-in-this-release=1", "--port=9000"]
    [diagnostic] = argument_diagnostics((), "vllm", "0.99.0", words)
    assert diagnostic.message == "--port is set by the platform: replicas listen on port 8000"


def test_pinned_vllm_release_has_a_recorded_parser() -> None:
    assert ENGINES["vllm"].example == VLLM.tag
    assert VLLM.tag.removeprefix("v") in known_releases("vllm")
    assert ENGINES["vllm"].repository == VLLM.repository
