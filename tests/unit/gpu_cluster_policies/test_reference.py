import doctest
from pathlib import Path

from gpu_cluster_policies.reference import reference_text

DOCS = Path(__file__).parents[3] / "docs"


def test_committed_reference_of_the_rules_is_current() -> None:
    assert (DOCS / "reference" / "rules.md").read_text() == reference_text()


def test_examples_in_the_policies_guide_pass_doctest() -> None:
    result = doctest.testfile(str(DOCS / "policies.md"), module_relative=False)

    assert result.attempted > 3
    assert result.failed == 0
