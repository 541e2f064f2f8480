import pytest

from gpu_cluster_policies.markup import LIMIT
from gpu_cluster_tools.review.drift import Drifted, issue, marker, report, title
from tests.unit.gpu_cluster_policies.markup.test_markdown import HOSTILE

GROUP = Drifted("update NodeGroup platform-nodes-l4", ("scalingConfig.maxSize: 9 -> 12",))


def test_issue_lists_the_drifted_properties() -> None:
    shown = issue("prod", [GROUP])

    assert shown.startswith(f"{marker('prod')}\n")
    assert "```\nupdate NodeGroup platform-nodes-l4\n    scalingConfig.maxSize: 9 -> 12\n```" in shown
    assert "<summary>1 resource</summary>" in shown


def test_each_stack_has_its_own_issue() -> None:
    assert marker("prod") != marker("staging")
    assert title("prod") == "Stack prod has drifted"


def test_terminal_report_lists_the_drifted_properties() -> None:
    assert report("prod", []) == "prod: no drift between platform and stack file"
    assert report("prod", [GROUP]) == (
        "prod: 1 drifted\n  update NodeGroup platform-nodes-l4\n      scalingConfig.maxSize: 9 -> 12"
    )


def test_long_issue_is_shortened_to_the_limit() -> None:
    shown = issue("prod", [Drifted("update Service " + "x" * 100, ("a: 1 -> 2",))] * 2_000)

    assert len(shown) <= LIMIT
    assert "more lines" in shown


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_stack_name_cannot_end_the_marker(words: str) -> None:
    first, *_ = issue(words, [Drifted(words, (words,))]).splitlines()

    assert first == marker(words)
    assert first.count("-->") == 1
