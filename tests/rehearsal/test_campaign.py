"""A sample of `gpu-cluster campaign`: cases of the core, and one of the whole platform."""

from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.fuzz import Fuzzer, summary
from gpu_cluster_tools.toolchain import AWS_PROVIDER, install
from tests.rehearsal.checkout import PROJECT

pytestmark = pytest.mark.engine

SEEDS = (3, 5, 9)
"""The last is of the whole platform."""


def test_cases_converge_or_stop_with_an_error_to_act_on(tmp_path: Path) -> None:
    campaign = Fuzzer(PROJECT, install(also=[AWS_PROVIDER]), tmp_path / "campaign.jsonl")

    lives = list(campaign.run(SEEDS))

    assert [life.seed for life in lives] == list(SEEDS)
    assert not [life.wrong for life in lives if life.wrong], summary(lives)
    assert not all(life.stopped for life in lives), summary(lives)
    assert any(": 2 attempts" in step for life in lives for step in life.steps)
    assert campaign.done() == lives
    assert list(campaign.run(SEEDS)) == []
