import doctest
from pathlib import Path

from gpu_cluster_policies.reference import reference_text

DOCS = Path(__file__).parents[3] / "docs"


def test_the_committed_reference_is_that_of_the_rules() -> None:
    assert (DOCS / "reference" / "rules.md").read_text() == reference_text()


def test_the_examples_of_the_guide_say_what_happens() -> None:
    result = doctest.testfile(str(DOCS / "policies.md"), module_relative=False)

    assert result.attempted > 3
    assert result.failed == 0
