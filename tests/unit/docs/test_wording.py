"""Wording of docstrings, help texts, rule titles and pages."""

import pytest

from docs.wording import PROJECT, comment_problems, commented, page_problems, pages, problems


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('"""What a rule finds."""', "opens with What"),
        ('class A:\n    """Whoever reads."""', "opens with Whoever"),
        ('def f():\n    """Those of a team."""', "opens with Those"),
        ('x = 1\n"""Of the whole model."""', "opens with Of"),
        ('x = 1\n"""Such as `a`."""', "opens with Such"),
        ('"""Keys that nobody may use."""', "has nobody"),
        ('"""A pool that was going away."""', "has going away"),
        ('"""Nodes at the most."""', "has at the most"),
        ('"""A VPC that was there\n    before."""', "has there"),
        ('Option(help="Address that hears of the budget.")', "has hears of"),
        ('Option(help="What to serve.")', "opens with What"),
        ('rule(1, "a-b", "Nobody has AdministratorAccess")', "opens with Nobody"),
        ("def test_nobody_logs_in() -> None: ...", "has nobody"),
    ],
)
def test_text_without_a_subject_is_refused(source: str, reason: str) -> None:
    found = list(problems(source))
    assert found
    assert found[0][1].startswith(reason)


def test_text_with_a_subject_passes() -> None:
    assert (
        list(problems('"""Findings of a rule."""\nrule(40, "key-rotation", "KMS keys rotate automatically")'))
        == []
    )


@pytest.mark.parametrize(
    ("page", "line", "word"),
    [
        ("Nobody reaches it.", 1, "Nobody"),
        ("# Title\n\nA node takes 110 pods at the\nmost.", 3, "at the most"),
        ("A disk bears a tag.", 1, "bears"),
        ("```sh\nmake up\n```\n\nBackups can be had back.", 5, "be had"),
        ("| a | b |\n|---|---|\n| a stand-in | |", 3, "stand-in"),
        ("Seen by [everybody](page.md).", 1, "everybody"),
    ],
)
def test_refused_word_in_a_page_is_found(page: str, line: int, word: str) -> None:
    assert list(page_problems(page)) == [(line, f"has {word}: use the term of the field")]


@pytest.mark.parametrize(
    "page",
    [
        "```console\n$ run\nerror: nobody may\n```\n",
        "1. Do so:\n\n   ```yaml\n   nobody: 1\n   ```\n",
        "The user `nobody` runs it.",
        "[Link](page.md#what-nobody-sees)",
        "The bearer token is built in-house, at the most recent version, with the warehouse's key.",
    ],
)
def test_code_links_and_longer_words_pass(page: str) -> None:
    assert list(page_problems(page)) == []


def test_pages_generated_from_docstrings_are_skipped() -> None:
    names = {str(page.relative_to(PROJECT)) for page in pages()}
    assert {"README.md", "CONTRIBUTING.md", "docs/network.md", "docs/guides/team.md"} <= names
    assert not any(name.startswith("docs/reference/") for name in names)


def test_make_lint_checks_the_wording() -> None:
    recipe = (PROJECT / "Makefile").read_text().partition("\nlint:")[2].partition("\n\n")[0]
    assert "python -m docs.wording" in recipe


def test_comments_in_workflows_and_new_projects_are_checked() -> None:
    found = list(comment_problems("name: Deploy # once somebody has approved it\n\nnobody: 1\n"))

    assert found == [(1, "has somebody: use the term of the field")]
    names = {file.relative_to(PROJECT).as_posix() for file in commented()}
    new = "tools/gpu_cluster_tools/scaffold/project"
    assert {".github/workflows/deploy.yml", f"{new}/Makefile", f"{new}/policies/settings.yaml"} <= names
