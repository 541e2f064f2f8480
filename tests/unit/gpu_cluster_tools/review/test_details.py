import pytest

from gpu_cluster_tools.review.details import Details, fitted


def details(lines: int, width: int = 10) -> Details:
    return Details("Plan", ("```",), ("x" * width,) * lines, ("```",))


def test_details_are_folded_under_one_line() -> None:
    assert str(details(2, 3)) == ("<details><summary>Plan</summary>\n\n```\nxxx\nxxx\n```\n\n</details>\n")


def test_short_text_is_complete() -> None:
    assert fitted(["head", details(2)], 10_000) == f"head\n{details(2)}"


@pytest.mark.parametrize("limit", [400, 1_000, 3_000, 20_000])
def test_comment_never_exceeds_its_limit(limit: int) -> None:
    shown = fitted(["head", details(500), "between", details(3), details(200)], limit)

    assert limit - 60 < len(shown) <= limit or "more lines" not in shown
    assert shown.count("```") == 6
    assert shown.count("<details>") == shown.count("</details>") == 3


def test_longest_details_are_cut_first() -> None:
    shown = fitted([details(500), details(3)], 1_000)

    assert str(details(3)) in shown
    assert shown.count("more lines") == 1


def test_number_of_cut_lines_is_shown() -> None:
    cut = details(500).within(500)

    assert len(cut.lines) + cut.cut == 500
    assert f"*{cut.cut} more lines" in str(cut)


def test_plain_text_is_cut_at_the_limit() -> None:
    assert fitted(["x" * 100], 10) == "x" * 9 + "…"
