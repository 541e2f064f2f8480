"""Arguments of engines, held to what the parser of each release declares."""

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
def test_every_command_line_that_is_rendered_passes(engine: str) -> None:
    flags = flags_of(engine, RELEASES[engine]) or {}
    for name, words in rendered(engine):
        named = words[1:] if engine == "vllm" else words  # vLLM's model stands before its arguments
        for flag, values in split_arguments(named):
            assert argument_problem(flag, values, flags, engine) is None, name


@pytest.mark.parametrize(
    ("engine", "words"), [(engine, words) for engine in WRONG for words in WRONG[engine]]
)
def test_what_the_parser_refuses_is_refused(engine: str, words: list[str]) -> None:
    assert list(argument_diagnostics((), engine, RELEASES[engine], words))


@pytest.mark.parametrize("engine", RELEASES)
def test_every_argument_with_a_rule_of_its_own_exists(engine: str) -> None:
    flags = flags_of(engine, RELEASES[engine]) or {}
    assert {*PLATFORM[engine], *TYPED[engine]} <= {flag.name for flag in flags.values()}


def test_a_short_spelling_is_the_same_argument() -> None:
    for words in (["-tp", "2"], ["--tensor_parallel_size=2"], ["--tensor-parallel-size", "2"]):
        [diagnostic] = argument_diagnostics((), "vllm", "0.26.0", words)
        assert diagnostic.message.endswith("set tensorParallel, which is validated")


def test_of_an_unknown_release_only_the_platforms_arguments_are_refused() -> None:
    words = ["--new-in-this-release=1", "--port=9000"]
    [diagnostic] = argument_diagnostics((), "vllm", "0.99.0", words)
    assert diagnostic.message == "--port is set by the platform: replicas listen on port 8000"


def test_the_pinned_release_is_one_whose_parser_was_read() -> None:
    assert ENGINES["vllm"].example == VLLM.tag
    assert VLLM.tag.removeprefix("v") in known_releases("vllm")
    assert ENGINES["vllm"].repository == VLLM.repository
