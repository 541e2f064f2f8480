"""Colours of results and severities, in a terminal that shows colours."""

import os
import re
from typing import Any, TextIO

import typer

_RED: dict[str, Any] = {"fg": typer.colors.RED, "bold": True}
_YELLOW: dict[str, Any] = {"fg": typer.colors.YELLOW}
_GREEN: dict[str, Any] = {"fg": typer.colors.GREEN}
_CYAN: dict[str, Any] = {"fg": typer.colors.CYAN}
_DIM: dict[str, Any] = {"dim": True}

_STYLES = {
    re.compile(pattern, re.MULTILINE): style
    for pattern, style in {
        r"^error:": _RED,
        r"^ *\| *\^+$": _RED,
        r"^(?:hint|note):": _CYAN,
        r"^(?:\d\S* )?stops\b": _RED,
        r"^(?:\d\S* )?advises\b": _YELLOW,
        r"^not judged\b": _YELLOW,
        r"^ *FAIL\b": _RED,
        r"^ *WARN\b": _YELLOW,
        r"^ *OK\b": _GREEN,
        r"^ *SKIP\b": _DIM,
    }.items()
}
"""Beginnings of lines, as errors, findings and checks have them."""


def shows_colour(stream: TextIO) -> bool:
    """Whether a stream is a terminal with colours; NO_COLOR (no-color.org, 2026-11-30) turns them off."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def coloured(text: str) -> str:
    """The text with escape sequences around the beginnings of its lines."""
    for pattern, style in _STYLES.items():
        text = pattern.sub(lambda found, style=style: typer.style(found[0], **style), text)
    return text
