"""Valid stack files load; invalid ones have exactly the recorded messages."""

from pathlib import Path

import pytest

from gpu_cluster.stack import StackFileError, load
from tests.unit.gpu_cluster.stack.corpus import ERRORS, HAPPY, STACKS


@pytest.mark.parametrize("path", HAPPY, ids=lambda path: path.stem)
def test_valid_stack_file_loads(path: Path) -> None:
    assert load(path).pools


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_invalid_stack_file_has_the_recorded_messages(path: Path) -> None:
    with pytest.raises(StackFileError) as error:
        load(path)

    assert f"{error.value}\n" == path.with_suffix(".txt").read_text()


def test_every_invalid_stack_file_has_recorded_messages() -> None:
    assert len(ERRORS) >= 90
    assert {path.stem for path in STACKS.glob("errors/*.txt")} == {path.stem for path in ERRORS}
