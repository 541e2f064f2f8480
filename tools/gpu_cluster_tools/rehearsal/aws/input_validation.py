"""Values that a service's model does not allow."""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportMissingTypeStubs=false, reportUnknownParameterType=false
# (botocore has no types)

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any

from botocore.model import ListShape, StructureShape

Shape = Any
"""A botocore shape: what a parameter, or a part of one, may be."""


def invalid_values(value: Any, shape: Shape, path: str) -> Iterator[tuple[str, str]]:
    """Values that a service's enumerations and bounds do not allow, as (path, reason)."""
    if _is_structure(shape) and isinstance(value, dict):
        for name, part in value.items():
            if name in shape.members:
                yield from invalid_values(part, shape.members[name], f"{path}.{name}")
    elif _is_list(shape) and isinstance(value, list):
        most = shape.metadata.get("max")
        if most is not None and len(value) > most:
            yield path, f"expected at most {most}, got {len(value)}"
        for index, part in enumerate(value):
            yield from invalid_values(part, shape.member, f"{path}[{index}]")
    elif choices := getattr(shape, "enum", None):
        if value not in choices:
            yield path, f"expected one of {', '.join(choices)}; got {value!r}"
    else:
        yield from _out_of_bounds(value, shape, path)


def _out_of_bounds(value: Any, shape: Shape, path: str) -> Iterator[tuple[str, str]]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if isinstance(value, str):
        yield from _misspelt(value, shape, path)
    if not isinstance(value, int) or isinstance(value, bool):
        return
    if low is not None and value < low:
        yield path, f"expected at least {low}, got {value}"
    if high is not None and value > high:
        yield path, f"expected at most {high}, got {value}"


def _misspelt(text: str, shape: Shape, path: str) -> Iterator[tuple[str, str]]:
    longest = shape.metadata.get("max")
    if longest is not None and len(text) > longest:
        yield path, f"expected at most {longest} characters, got {len(text)}"
    pattern = _compiled(shape.metadata.get("pattern", ""))
    if pattern and not pattern.search(text):
        yield path, f"expected a text like {pattern.pattern}, got {text!r}"


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """A service's pattern, unless it is written for another language."""
    with suppress(re.error):
        return re.compile(pattern)
    return None


def _is_structure(shape: Shape) -> bool:
    return isinstance(shape, StructureShape)


def _is_list(shape: Shape) -> bool:
    return isinstance(shape, ListShape)
