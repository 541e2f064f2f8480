"""Tables of plain text, the same on a terminal and in a pipe."""

import sys
import textwrap
from collections.abc import Sequence

from gpu_cluster_tools.cli.terminal.width import width_of

_LEAST = 20
"""Minimum width of the last cell before it is wrapped."""


def table(rows: Sequence[Sequence[str]], width: int | None = None) -> str:
    """Format rows of equal length as an indented table.

    `width`: columns available, by default those of the terminal; the last cell is wrapped to fit.
    """
    limit = width or width_of(sys.stdout)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    before = 2 + sum(widths[:-1]) + 2 * (len(widths) - 1)
    last = max(_LEAST, limit - before) if limit else widths[-1]
    return "\n".join(line for row in rows for line in _lines(row, widths, last))


def _lines(row: Sequence[str], widths: Sequence[int], last: int) -> list[str]:
    cells = "".join(f"{cell.ljust(width)}  " for cell, width in zip(row[:-1], widths[:-1], strict=True))
    broken = textwrap.wrap(row[-1], last, break_long_words=False, break_on_hyphens=False) or [""]
    if len(row[-1]) <= last:
        broken = [row[-1]]
    rest = [f"  {' ' * len(cells)}{part}" for part in broken[1:]]
    return [f"  {cells}{broken[0]}".rstrip(), *rest]
