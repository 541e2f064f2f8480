"""Ten lives of a campaign, on a program that is quick."""

import shutil
from pathlib import Path

import pytest

from rehearsal.campaign import Campaign, Life, summary
from tests.rehearsal.checkout import PROJECT
from toolchain import install

pytestmark = pytest.mark.engine

PROGRAM = Path(__file__).parent / "campaign" / "__main__.py"
SEEDS = range(10)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout whose program makes a cluster with its pools and little else."""
    (tmp_path / "project" / "stacks").mkdir(parents=True)
    shutil.copy(PROJECT / "Pulumi.yaml", tmp_path / "project")
    shutil.copy(PROGRAM, tmp_path / "project" / "stacks")
    (tmp_path / "project" / ".venv").symlink_to(PROJECT / ".venv")
    return tmp_path / "project"


def test_ten_lives_converge_or_stop_with_an_error_to_act_on(project: Path, tmp_path: Path) -> None:
    campaign = Campaign(project, install(), tmp_path / "campaign.jsonl")

    lives = list(campaign.run(SEEDS))

    assert [life.seed for life in lives] == list(SEEDS)
    assert not [life.wrong for life in lives if life.wrong], summary(lives)
    assert {_ended(life) for life in lives} == {"stopped", "converged"}
    assert any(": 2 attempts" in step for life in lives for step in life.steps)
    assert campaign.done() == lives
    assert list(campaign.run(SEEDS)) == []


def _ended(life: Life) -> str:
    return "stopped" if life.stopped else "converged"
