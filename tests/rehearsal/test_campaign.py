"""A sample of `gpu-cluster campaign`: small stacks, and one complete platform."""

from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.fuzz import Fuzzer, summary
from gpu_cluster_tools.toolchain import AWS_PROVIDER, install
from tests.rehearsal.checkout import PROJECT

pytestmark = pytest.mark.engine

SEEDS = (3, 5, 9)
"""The last seed is a complete platform."""


def test_cases_converge_or_stop_with_an_actionable_error(tmp_path: Path) -> None:
    fuzzer = Fuzzer(PROJECT, install(also=[AWS_PROVIDER]), tmp_path / "campaign.jsonl")

    cases = list(fuzzer.run(SEEDS))

    assert [case.seed for case in cases] == list(SEEDS)
    assert not [case.wrong for case in cases if case.wrong], summary(cases)
    assert not all(case.stopped for case in cases), summary(cases)
    assert any(": 2 attempts" in step for case in cases for step in case.steps)
    assert fuzzer.done() == cases
    assert list(fuzzer.run(SEEDS)) == []
