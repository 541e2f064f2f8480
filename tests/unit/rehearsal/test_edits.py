from pathlib import Path

import pytest

from components.stackfile import load
from rehearsal.edits import edits_of
from rehearsal.stack_copy import StackCopy

STACKS = Path(__file__).parents[3] / "stacks"


@pytest.fixture(params=["local", "onprem"])
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> StackCopy:
    copy = StackCopy(tmp_path / "Pulumi.copy.yaml")
    copy.take(STACKS / f"Pulumi.{request.param}.yaml", kubeconfig=".local/kubeconfig")
    return copy


def test_each_thing_that_a_person_does_can_be_done(copy: StackCopy) -> None:
    before = load(copy.path)

    for ways in edits_of(before):
        assert any(copy.put(edit.keys, edit.value) for edit in ways)

    assert load(copy.path) != before


def test_nodes_that_the_stack_does_not_make_are_left_alone(tmp_path: Path) -> None:
    site = load(STACKS / "Pulumi.onprem.yaml")

    assert ["model" in str(edit) for ways in edits_of(site) for edit in ways] == [True, True]
