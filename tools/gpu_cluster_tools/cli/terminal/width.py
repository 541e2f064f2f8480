"""Text wrapped to the width of a terminal, and coloured there; unchanged elsewhere."""

import re
import shutil
import sys
import textwrap
from contextlib import suppress
from typing import TextIO

import typer

from gpu_cluster_tools.cli.terminal.colour import coloured, shows_colour

_CARETS = re.compile(r" *\| *\^+")
_LEAST = 40
"""Minimum width to wrap at."""


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print text, wrapped and coloured on a terminal."""
    stream = sys.stderr if err else sys.stdout
    width = width_of(stream)
    text = wrapped(text, width) if width else text
    typer.echo(coloured(text) if shows_colour(stream) else text, err=err, nl=nl)


def say_if_heard(text: str) -> None:
    """Print text to stderr, unless the terminal is gone."""
    with suppress(OSError):
        say(text, err=True)


def width_of(stream: TextIO) -> int | None:
    """Width of the terminal of a stream; None without a terminal."""
    return max(_LEAST, shutil.get_terminal_size().columns) if stream.isatty() else None


def wrapped(text: str, width: int) -> str:
    """Wrap lines at a width with a hanging indent, without breaking words.

    Source lines with a caret below, and rows of tables, are not wrapped.
    """
    lines = text.split("\n")
    carets = {number for number, line in enumerate(lines) if _CARETS.fullmatch(line)}
    whole = carets | {number - 1 for number in carets}
    return "\n".join(line if number in whole else _broken(line, width) for number, line in enumerate(lines))


def _broken(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    indent = " " * (len(line) - len(line.lstrip()))
    parts = textwrap.wrap(
        line.lstrip(),
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(parts)
