"""Wording of docstrings, help texts and rule titles."""

import pytest

from docs.wording import PROJECT, problems


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('"""What a rule finds."""', "opens with What"),
        ('class A:\n    """Whoever reads."""', "opens with Whoever"),
        ('def f():\n    """Those of a team."""', "opens with Those"),
        ('x = 1\n"""Such as `a`."""', "opens with Such"),
        ('"""Keys that nobody may use."""', "has nobody"),
        ('"""A pool that was going away."""', "has going away"),
        ('Option(help="What to serve.")', "opens with What"),
        ('rule(1, "a-b", "Nobody has AdministratorAccess")', "opens with Nobody"),
    ],
)
def test_a_text_without_its_subject_is_refused(source: str, reason: str) -> None:
    found = list(problems(source))
    assert found
    assert found[0][1].startswith(reason)


def test_texts_with_their_subject_pass() -> None:
    assert (
        list(problems('"""Findings of a rule."""\nrule(40, "key-rotation", "KMS keys rotate automatically")'))
        == []
    )


def test_make_lint_checks_the_wording() -> None:
    recipe = (PROJECT / "Makefile").read_text().partition("\nlint:")[2].partition("\n\n")[0]
    assert "python -m docs.wording" in recipe
