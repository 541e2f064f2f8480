"""Paths in CONTRIBUTING.md exist, so newcomers find where code belongs."""

import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
_ROOTS = ("components", "docs", "policies", "stacks", "tests", "tools")
_NAMED = re.compile(rf"`((?:{'|'.join(_ROOTS)})/[\w./-]+)`")


def test_paths_in_the_contributing_guide_exist() -> None:
    named = _NAMED.findall((PROJECT / "CONTRIBUTING.md").read_text())
    assert len(named) > 10
    assert [path for path in named if not (PROJECT / path).exists()] == []
