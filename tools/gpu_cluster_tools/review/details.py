"""Collapsed sections of a comment, shortened to the size limit of a comment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Details:
    """A part that is folded under one line."""

    summary: str
    head: tuple[str, ...]
    lines: tuple[str, ...]
    """Text that may be cut, from its end."""

    foot: tuple[str, ...] = ()
    cut: int = 0
    """Lines that were left out."""

    def __str__(self) -> str:
        told = (f"*{self.cut} more lines: run the command at the end of this comment.*",) if self.cut else ()
        body = (*self.head, *self.lines, *self.foot, *told)
        return "\n".join((f"<details><summary>{self.summary}</summary>", "", *body, "", "</details>", ""))

    def within(self, size: int) -> "Details":
        """Section shortened to at most this size; at least its summary line."""
        whole = str(self)
        if len(whole) <= size:
            return self
        room = size - len(str(replace(self, lines=(), cut=len(self.lines))))
        kept = 0
        for line in self.lines:
            room -= len(line) + 1
            if room < 0:
                break
            kept += 1
        return replace(self, lines=self.lines[:kept], cut=len(self.lines) - kept)


Part = str | Details


def fitted(parts: Sequence[Part], limit: int) -> str:
    """All parts in order; the longest sections are shortened if the total is too long."""
    details = [len(str(part)) for part in parts if isinstance(part, Details)]
    room = limit - sum(len(part) + 1 for part in parts if isinstance(part, str)) - len(details)
    most = _level(details, room)
    shown = "\n".join(part if isinstance(part, str) else str(part.within(most)) for part in parts)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def _level(sizes: Sequence[int], room: int) -> int:
    """Limit per section so that the total fits."""
    left = len(sizes)
    for size in sorted(sizes):
        if size * left > room:
            return max(0, room // left)
        room -= size
        left -= 1
    return max(sizes, default=0)
