"""GitHub Markdown of untrusted text, without active links, mentions or markup."""

import re
from collections.abc import Iterable, Sequence

LIMIT = 65_536
"""Characters that GitHub takes for a comment or the body of an issue."""

_WIDTH = 240  # maximum characters of a line in a block
_NOTHING = "&#8203;"  # a space of no width
_BREAKS = re.compile(r"(?<=@)(?=\w)|(?<=#)(?=\d)|(?<=GH-)(?=\d)", re.IGNORECASE)
_SPECIAL = re.compile(r"""[&<>"'`*_~|$\\\[\]]|:(?=//)|:(?=[\w+-]+:)|(?<=www)\.""", re.IGNORECASE)


def text(words: str) -> str:
    """Words as they are, on one line: no markup, no link, no mention, no number of an issue.

    text("ask @ops about <b>#7</b>")  # "ask @&#8203;ops about &#60;b&#62;#&#8203;7&#60;/b&#62;"
    """
    shown = _SPECIAL.sub(lambda found: f"&#{ord(found.group())};", visible(words))
    return _apart(shown)


def code(words: str) -> str:
    """Words in the type of code."""
    return f"<code>{text(words)}</code>"


def block(lines: Iterable[str], language: str = "") -> list[str]:
    """Lines as they are, in a fence that none of them closes."""
    shown = [_short(visible(line)) for line in lines]
    longest = max((len(run) for line in shown for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", *shown, fence]


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()) -> list[str]:
    """Cells are Markdown already. `numbers`: the columns that are set to the right."""
    rules = ["--:" if index in numbers else "---" for index in range(len(head))]
    return [f"| {' | '.join(cells)} |" for cells in (head, rules, *rows)]


def visible(words: str) -> str:
    """Text on one line, with invisible and bidirectional characters shown as code points."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in words
    )


def _apart(shown: str) -> str:
    """GitHub resolves mentions in the rendered text, where an entity is an ordinary character."""
    plain = re.split(r"(&#\d+;)", shown)
    return "".join(part if index % 2 else _BREAKS.sub(_NOTHING, part) for index, part in enumerate(plain))


def _short(line: str) -> str:
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"
