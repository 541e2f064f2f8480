import doctest
from pathlib import Path

GUIDE = Path(__file__).parents[4] / "docs" / "models.md"


def test_the_examples_of_the_guide_say_what_happens() -> None:
    result = doctest.testfile(str(GUIDE), module_relative=False)
    assert result.attempted > 5
    assert result.failed == 0
