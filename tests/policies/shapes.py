"""Documents with one value of another type, or one key missing, as from a faulty generator."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

FIRST_SEED = int(os.environ.get("FIRST_SEED", "0"))
"""Set another first seed for other documents."""

_VALUES: Sequence[Any] = (
    None, True, False, 0, 1, -1, 2**63, 1.5, "", "no", "1", "a\nb", "\u2028", [], ["a"], [[]], [None], {},
    {"a": "b"}, {"a": {"b": []}}, [{"name": 1}],
)  # fmt: skip


def mutant(document: dict[str, Any], seed: int) -> tuple[dict[str, Any], str]:
    """A copy with one to three changes, and their description."""
    random = Random(seed)
    changed = copy.deepcopy(document)
    said: list[str] = []
    for _ in range(random.randint(1, 3)):
        places = list(_places(changed, ""))
        if not places:
            break
        holder, key, path = random.choice(places)
        if isinstance(holder, dict) and random.random() < 0.1:
            del holder[key]
            said.append(f"without {path}")
        else:
            holder[key] = copy.deepcopy(random.choice(_VALUES))
            said.append(f"{path} = {holder[key]!r}")
    return changed, ", ".join(said)


def _places(value: Any, path: str) -> Iterator[tuple[Any, Any, str]]:
    """Every map or list with one of its keys, at any depth."""
    inside: Any = value.items() if isinstance(value, dict) else enumerate(value)  # pyright: ignore
    for key, item in list(inside):
        yield value, key, f"{path}.{key}"
        if isinstance(item, dict | list):
            yield from _places(item, f"{path}.{key}")
