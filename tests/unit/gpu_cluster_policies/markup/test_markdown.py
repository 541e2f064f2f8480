import re

import pytest

from gpu_cluster_policies.markup import block, code, table, text, visible

HOSTILE = [
    "@ops",
    "<!-- gpu-cluster review -->",
    "</details></td><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](https://example.com)",
    "![pixel](https://example.com/p.png)",
    "https://example.com www.example.com ftp://example.com",
    "`code` ``` fence",
    "*a* **b** _c_ ~~d~~ ^e^",
    "a | b | c",
    "fixes #12, GH-12, gh-7 and org/repo#9",
    ":tada: :+1:",
    "$x^2$ $$y$$",
    "\\` \\*",
    "&lt;b&gt; &#64;ops &commat;ops",
    "one\r\ntwo\n\n# three\n```\n@ops",
    "\u202egnp.exe\u2066 \u200b\u2028next",
    "<details open>",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_text_escapes_markup_links_and_mentions(words: str) -> None:
    shown = text(words)

    assert not re.search(r"""[<>"'`*_~|$\\\[\]\n\r]""", shown)
    assert not re.search(r"(?<![&\w])#\d|@\w|www\.|://|GH-\d|:\+?\w+:", shown, re.IGNORECASE)
    assert re.sub(r"&(#\d+;)?", "", shown).isascii() or shown.isprintable()


@pytest.mark.parametrize("words", [words for words in HOSTILE if words.isprintable()])
def test_escaped_text_is_displayed_as_written(words: str) -> None:
    displayed = re.sub(r"&#(\d+);", lambda found: chr(int(found.group(1))), text(words))

    assert displayed.replace("\u200b", "") == words


def test_invisible_characters_are_shown_as_escapes() -> None:
    assert visible("a\nb\u202ec") == "a\\nb\\u202ec"


def test_plain_text_stays_readable() -> None:
    assert text("gpu-cluster:pools.l4.nodes.max: 12 -> 20 (+8)") == (
        "gpu-cluster:pools.l4.nodes.max: 12 -&#62; 20 (+8)"
    )
    assert code("m7i.xlarge") == "<code>m7i.xlarge</code>"


@pytest.mark.parametrize("words", HOSTILE)
def test_code_block_cannot_be_closed_by_its_content(words: str) -> None:
    fence, *lines, end = block([words, words], "diff")

    assert end == fence.removesuffix("diff")
    assert len(lines) == 2
    assert all("\n" not in line and end not in line for line in lines)


def test_long_line_of_a_code_block_is_truncated() -> None:
    _, line, _ = block(["x" * 10_000])
    assert len(line) == 240
    assert line.endswith("…")


def test_table_aligns_numbers_right() -> None:
    assert table(("pool", "nodes"), [("l4", "3")], numbers=[1]) == [
        "| pool | nodes |",
        "| --- | --: |",
        "| l4 | 3 |",
    ]
