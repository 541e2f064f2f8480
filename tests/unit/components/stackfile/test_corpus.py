"""Every stack file in tests/stacks: the happy ones load, the others say exactly what is written beside them."""

from pathlib import Path

import pytest

from components.stackfile import StackFileError, load

STACKS = Path(__file__).parents[3] / "stacks"
PROJECT = STACKS.parents[1]
HAPPY = [*sorted(STACKS.glob("happy/*.yaml")), *sorted((PROJECT / "stacks").glob("Pulumi.*.yaml"))]
ERRORS = sorted(STACKS.glob("errors/*.yaml"))


@pytest.mark.parametrize("path", HAPPY, ids=lambda path: path.stem)
def test_happy(path: Path) -> None:
    assert load(path).pools


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(STACKS)

    with pytest.raises(StackFileError) as error:
        load(path)

    assert f"{error.value}\n" == path.with_suffix(".txt").read_text()


def test_the_corpus_covers_what_it_promises() -> None:
    assert len(HAPPY) >= 15
    assert len(ERRORS) >= 90
    assert {path.stem for path in STACKS.glob("errors/*.txt")} == {path.stem for path in ERRORS}
