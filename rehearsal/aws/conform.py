"""Whether properties are what the SDK's types say."""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# (properties are any JSON)

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from rehearsal.aws import sdk
from rehearsal.aws.wire import UNKNOWN

_NAMES = {str: "a string", bool: "a boolean", int: "a whole number", float: "a number"}


def problems(
    given: Mapping[str, Any], allowed: Mapping[str, Any], path: str = ""
) -> Iterator[tuple[str, str]]:
    """What is wrong with properties, as (path, words): unknown names and wrong types, at any depth.

    What a preview does not know yet fits every type.
    """
    for name, value in given.items():
        if name not in allowed:
            yield path + name, f"unknown property{_nearest(name, allowed)}"
        else:
            yield from _mismatches(value, allowed[name], path + name)


def fits(value: Any, kind: Any) -> bool:
    """Whether a value is of a type of the SDK."""
    return not any(_mismatches(value, kind, ""))


def _mismatches(value: Any, kind: Any, path: str) -> Iterator[tuple[str, str]]:
    if value == UNKNOWN or kind is Any:
        return
    if sdk.is_list(kind):
        if not isinstance(value, list):
            yield path, f"expected a list, got {value!r}"
            return
        element = sdk.plain(get_args(kind)[0])
        for index, part in enumerate(value):
            yield from _mismatches(part, element, f"{path}[{index}]")
    elif sdk.is_map(kind) or sdk.is_object(kind):
        if not isinstance(value, dict):
            yield path, f"expected an object, got {value!r}"
        elif sdk.is_object(kind):
            yield from problems(value, sdk.fields_of(kind), f"{path}.")
        else:
            element = sdk.plain(get_args(kind)[1])
            for key, part in value.items():
                yield from _mismatches(part, element, f"{path}.{key}")
    elif not _is_scalar(value, kind):
        yield path, f"expected {_NAMES[kind]}, got {value!r}"


def _is_scalar(value: Any, kind: Any) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is kind


def _nearest(name: str, allowed: Mapping[str, Any]) -> str:
    close = get_close_matches(name, allowed, n=1)
    return f", did you mean '{close[0]}'?" if close else ""
