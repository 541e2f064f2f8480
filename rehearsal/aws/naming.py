"""Between the engine's names, such as kmsKeyId, and those of an AWS service, such as KMSKeyID.

Names match when they differ in case alone. Tags are maps on one side and lists of pairs on the other.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportMissingTypeStubs=false, reportUnknownParameterType=false
# (botocore has no types)

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any, get_args

from botocore.model import ListShape, StructureShape

from rehearsal.aws import sdk
from rehearsal.aws.conform import fits
from rehearsal.aws.wire import UNKNOWN

Shape = Any
"""A botocore shape: what a parameter, or a part of one, may be."""


def member_of(shape: Shape, name: str) -> str | None:
    """What a service calls a property, if it has it."""
    return next((member for member in shape.members if member.lower() == name.lower()), None)


def to_service(value: Any, shape: Shape) -> Any:
    """A value as a service takes it. What the shape has no place for stays, for botocore to refuse."""
    if _is_structure(shape) and isinstance(value, dict):
        named = {member_of(shape, name) or name: part for name, part in value.items()}
        return {
            name: to_service(part, shape.members[name]) if name in shape.members else part
            for name, part in named.items()
        }
    if _is_list(shape):
        if isinstance(value, dict) and _is_structure(shape.member):
            key, text = _pair(shape.member)
            return [{key: name, text: part} for name, part in sorted(value.items())]
        if isinstance(value, list):
            return [to_service(part, shape.member) for part in value]
    return value


def wrong_values(value: Any, shape: Shape, path: str) -> Iterator[tuple[str, str]]:
    """Values outside of what a service lists or bounds, as (path, words)."""
    if value == UNKNOWN:
        return
    if _is_structure(shape) and isinstance(value, dict):
        for name, part in value.items():
            if name in shape.members:
                yield from wrong_values(part, shape.members[name], f"{path}.{name}")
    elif _is_list(shape) and isinstance(value, list):
        most = shape.metadata.get("max")
        if most is not None and len(value) > most:
            yield path, f"expected at most {most}, got {len(value)}"
        for index, part in enumerate(value):
            yield from wrong_values(part, shape.member, f"{path}[{index}]")
    elif choices := getattr(shape, "enum", None):
        if value not in choices:
            yield path, f"expected one of {', '.join(choices)}; got {value!r}"
    else:
        yield from _out_of_bounds(value, shape, path)


def observed(answer: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    """What a service's answer says of properties, by the engine's names and types."""
    answers = {name.lower(): value for name, value in answer.items()}
    found = {
        name: _from_service(answers[name.lower()], kind)
        for name, kind in properties.items()
        if name.lower() in answers
    }
    return {
        name: value for name, value in found.items() if value is not None and fits(value, properties[name])
    }


def tags_of(pairs: list[dict[str, str]]) -> dict[str, str]:
    """A list of pairs, whatever a service calls their two parts, as a map; without those of AWS itself."""
    entries = (_parts(pair) for pair in pairs)
    return {key: value for key, value in entries if not key.startswith("aws:")}


def _from_service(value: Any, kind: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if sdk.is_object(kind) and isinstance(value, dict):
        return observed(value, sdk.fields_of(kind))
    if sdk.is_list(kind) and isinstance(value, list):
        element = sdk.plain(get_args(kind)[0])
        return [_from_service(part, element) for part in value]
    if sdk.is_map(kind) and isinstance(value, list):
        return tags_of(value)
    return value


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


def _pair(shape: Shape) -> tuple[str, str]:
    key = next(name for name in shape.members if name.lower().endswith("key"))
    return key, next(name for name in shape.members if name.lower().endswith("value"))


def _parts(pair: dict[str, str]) -> tuple[str, str]:
    key = next(name for name in pair if name.lower().endswith("key"))
    value = next((name for name in pair if name.lower().endswith("value")), None)
    return pair[key], pair[value] if value else ""
