"""Which properties differ in what they mean, whatever their words."""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# (properties are any JSON)

import json
from collections.abc import Collection, Mapping
from typing import Any

from rehearsal.aws.wire import UNKNOWN

_EXACT = ("tags", "tagsAll")


def differences(old: Mapping[str, Any], new: Mapping[str, Any], documents: Collection[str]) -> list[str]:
    """The properties that differ, in the order of the alphabet. `documents`: those that hold JSON."""
    return sorted(
        name for name in old.keys() | new.keys() if not _same(old.get(name), new.get(name), name in documents)
    )


def keep_words(
    found: Mapping[str, Any], given: Mapping[str, Any], documents: Collection[str]
) -> dict[str, Any]:
    """What was found, in the words that were given where they mean the same."""
    return {
        name: given[name] if name in given and _says(name, value, given[name], documents) else value
        for name, value in found.items()
    }


def with_computed(
    state: Mapping[str, Any], found: Mapping[str, Any] | None, paths: Collection[str]
) -> dict[str, Any]:
    """A state with what the account has added inside of its properties; None has not answered yet.

    with_computed({"vpc": {"ids": [1]}}, {"vpc": {"ids": [1], "arn": "a"}}, ["vpc.arn"])
    # {"vpc": {"ids": [1], "arn": "a"}}
    """
    filled = dict(state)
    for path in paths:
        name, _, part = path.partition(".")
        inner: Any = {part: UNKNOWN} if found is None else found.get(name) or {}
        if isinstance(filled.get(name), dict) and part not in filled[name] and part in inner:
            filled[name] = filled[name] | {part: inner[part]}
    return filled


def _says(name: str, found: Any, given: Any, documents: Collection[str]) -> bool:
    """Whether what was found says what was given. In nested objects AWS may add defaults."""
    if name in documents or name in _EXACT:
        return _same(found, given, name in documents)
    return _covers(found, given)


def _covers(found: Any, given: Any) -> bool:
    if isinstance(found, dict) and isinstance(given, dict):
        return all(name in found and _covers(found[name], value) for name, value in given.items())
    if isinstance(found, list) and isinstance(given, list) and len(found) == len(given):
        pairs = zip(found, given, strict=True)
        return _same(found, given) or all(_covers(one, other) for one, other in pairs)
    return _same(found, given)


def _same(one: Any, other: Any, is_document: bool = False) -> bool:
    """AWS answers lists in any order, and JSON in any form."""
    return _canonical(one, is_document) == _canonical(other, is_document)


def _canonical(value: Any, is_document: bool = False) -> Any:
    if is_document and isinstance(value, str):
        try:
            return _canonical(json.loads(value))
        except ValueError:
            return value
    if isinstance(value, list):
        return sorted(map(_canonical, value), key=repr)
    if isinstance(value, dict):
        return {name: _canonical(part) for name, part in sorted(value.items())}
    return value
