"""The page names every pain once, and its paths exist."""

import re

from tests.pains.guards import GUARDS
from tests.pains.platforms import STACKS

PROJECT = STACKS.parent
ROWS = re.findall(r"^\| (\d+) \|(.*)\|$", (PROJECT / "docs/pains.md").read_text(), re.MULTILINE)


def test_each_pain_has_a_row() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, 25))


def test_paths_in_a_row_exist() -> None:
    named = [
        path
        for _, row in ROWS
        for path in re.findall(r"`((?:components|doctor|policies|rehearsal|tests)/.+?)`", row)
    ]
    assert [path for path in named if not (PROJECT / path).exists()] == []


def test_row_names_the_tests_of_its_pain() -> None:
    for guard in GUARDS:
        [row] = [row for number, row in ROWS if int(number) == int(guard.test[:2])]
        assert f"`tests/pains/test_{guard.test}.py`" in row
