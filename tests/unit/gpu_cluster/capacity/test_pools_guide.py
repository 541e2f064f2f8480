import doctest
from pathlib import Path

GUIDE = Path(__file__).parents[4] / "docs" / "pools.md"


def test_examples_in_the_pools_guide_pass_doctest() -> None:
    result = doctest.testfile(str(GUIDE), module_relative=False)
    assert result.attempted > 5
    assert result.failed == 0
