"""The right word for a wrong one."""

from collections.abc import Iterable
from difflib import get_close_matches

_FEW = 3
"""Right words that are all named."""

CLOSE = 0.8
"""Minimum similarity for names that differ little from one another: regions, zones, GPUs, add-ons, models."""

_LOOSE = 0.6
"""Minimum similarity by default. For a common prefix, `CLOSE` is enough."""


def did_you_mean(word: str, known: Iterable[str], *, prefix: str = "", cutoff: float = _LOOSE) -> str:
    """`, did you mean 'instance'?` for `instanse`; empty if no known word is similar."""
    names = list(known)
    several = _begun_by(word, names) if cutoff <= CLOSE else []
    if 1 < len(several) <= _FEW:
        return ", did you mean " + one_of([f"'{prefix}{name}'" for name in several]) + "?"
    right = nearest(word, names, cutoff=cutoff)
    return f", did you mean '{prefix}{right}'?" if right else ""


def nearest(word: str, known: Iterable[str], *, cutoff: float = _LOOSE) -> str | None:
    """The known word most like this one, or that one of the two begins with the other.

    `cutoff` is how alike they must be: 1 means the same.
    """
    names = {_folded(name): name for name in known}
    folded = _folded(word)
    begun = [name for name in names if len(name) > 2 and folded.startswith(name)]
    ended = [name for name in names if len(folded) > 2 and name.startswith(folded)]
    if begun or len(ended) == 1:
        return names[max(begun or ended, key=len)]
    near = get_close_matches(folded, names, n=1, cutoff=cutoff)
    return names[near[0]] if near else None


def _begun_by(word: str, known: Iterable[str]) -> list[str]:
    """Known words that go on after this one: `A100-40GB` and `A100-80GB` for `A100`."""
    folded = _folded(word)
    return [name for name in known if len(folded) > 2 and _folded(name).startswith(folded)]


def one_of(words: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def _folded(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")
