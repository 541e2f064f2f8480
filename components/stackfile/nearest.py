"""The right word for a wrong one."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str], *, prefix: str = "") -> str:
    """`, did you mean 'instance'?` for `instanse`; nothing where no known word is near."""
    word_of = {_folded(name): name for name in known}
    near = get_close_matches(_folded(word), word_of, n=1, cutoff=0.6)
    return f", did you mean '{prefix}{word_of[near[0]]}'?" if near else ""


def one_of(words: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def _folded(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")
