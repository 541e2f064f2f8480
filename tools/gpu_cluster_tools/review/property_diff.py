"""Differences between two values, path by path."""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# (properties are any JSON)

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gpu_cluster.unknown import UNKNOWN

NOTHING = object()
"""Placeholder of a missing value."""

_LATER = "(known after the update)"


@dataclass(frozen=True, slots=True)
class PropertyDiff:
    """A property, before and after, as JSON; `-` where there is none."""

    path: str
    before: str
    after: str


def property_diffs(old: Any, new: Any, path: str = "") -> Iterator[PropertyDiff]:
    """The smallest parts that differ; lists of unequal length as a whole.

    list(property_diffs({"replicas": 1}, {"replicas": 2}))  # [PropertyDiff("replicas", "1", "2")]
    """
    if old == new:
        return
    old, new = _read(old, new)
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            inside = f"{path}.{key}" if path else str(key)
            yield from property_diffs(old.get(key, NOTHING), new.get(key, NOTHING), inside)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from property_diffs(before, after, f"{path}[{index}]")
    else:
        yield PropertyDiff(path, _shown(old), _shown(new))


def _read(old: Any, new: Any) -> tuple[Any, Any]:
    """Parse JSON documents, such as policies, so that their content is compared."""
    if not (isinstance(old, str) and isinstance(new, str) and old[:1] == new[:1] == "{"):
        return old, new
    try:
        return json.loads(old), json.loads(new)
    except ValueError:
        return old, new


def _shown(value: Any) -> str:
    if value is NOTHING:
        return "-"
    if value is UNKNOWN:
        return _LATER
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=lambda _: _LATER)
