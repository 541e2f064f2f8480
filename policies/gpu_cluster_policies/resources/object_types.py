"""Types of the properties of Kubernetes objects, and values that are of another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from gpu_cluster.stack.diagnostic import Keys
from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies.resources.property import Property, is_list

TABLE = Path(__file__).with_name("object_types.json")
_POD = "core/v1:PodTemplateSpec"
_POD_SPEC = "core/v1:PodSpec"
_METADATA = "meta/v1:ObjectMeta"
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    _POD: ("spec",),
    _POD_SPEC: ("containers",),
    "core/v1:Container": ("name",),
    "core/v1:EphemeralContainer": ("name",),
    "v1 Pod": ("spec",),
    "apps/v1 DaemonSet": ("spec",),
    "apps/v1 Deployment": ("spec",),
    "apps/v1 StatefulSet": ("spec",),
    "batch/v1 CronJob": ("spec",),
    "batch/v1 Job": ("spec",),
}
"""Properties that the API server requires of a pod; the API server checks all others."""

_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "long": "a whole number",
    "integer of 32 bits": "a whole number of 32 bits",
    "integer of 64 bits": "a whole number of 64 bits",
    "number": "a number",
    "boolean": "true or false",
    "integer|string": "a whole number or text",
    "quantity": "a quantity",
}
_QUANTITY = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([numkMGTPE]?|[KMGTPE]i|[eE][+-]?\d+)", re.ASCII)
"""Source: Kubernetes, apimachinery v0.35 pkg/api/resource/quantity.go, grammar in the comment of Quantity."""


_UNKNOWN = "unknown"
_UNKNOWN_OF_POD = "known"  # other objects are full of names that an update only makes


class _Types(NamedTuple):
    kinds: Mapping[str, Mapping[str, str]]
    types: Mapping[str, Mapping[str, str]]


_Wrong = tuple[Keys, str]
"""Paths of values with a wrong type, and the expected type."""


class Mistyped(NamedTuple):
    """A property of another type than the API has."""

    field: Property
    expected: str


def mistyped(root: Property) -> Iterator[Mistyped]:
    """Properties of an object of Kubernetes that the API server could not read.

    Unknown properties of a pod come last: their type is not known either.
    """
    kind = f"{_text(root, 'apiVersion')} {_text(root, 'kind')}"
    found = [
        *((("metadata", *keys), wanted) for keys, wanted in _of_type(root.at("metadata").content, _METADATA)),
        *_of_map(root.content, _table().kinds.get(kind, {}), kind),
    ]
    yield from _placed(root, found)


def mistyped_pod(template: Property, *, inline: bool) -> Iterator[Mistyped]:
    """Same as `mistyped`, for a pod template in an object of an unknown kind."""
    spec = template if inline else template.at("spec")
    yield from _placed(spec, list(_of_type(spec.content, _POD_SPEC)))


def _placed(root: Property, found: Sequence[_Wrong]) -> Iterator[Mistyped]:
    for keys, wanted in sorted(found, key=lambda it: it[1] == _UNKNOWN_OF_POD):
        if wanted != _UNKNOWN:
            yield Mistyped(_field(root, keys), _expected(wanted))


def is_in_table(root: Property) -> bool:
    """Whether the properties of its kind are known."""
    return f"{_text(root, 'apiVersion')} {_text(root, 'kind')}" in _table().kinds


@cache
def _table() -> _Types:
    content = json.loads(TABLE.read_text("utf-8"))
    return _Types(content["kinds"], content["types"])


def _text(root: Property, key: str) -> str:
    content = root.at(key).content
    return content if isinstance(content, str) else ""


def _of_map(content: Any, types: Mapping[str, str], name: str = "") -> Iterator[_Wrong]:
    if content is UNKNOWN:
        yield (), _UNKNOWN
        return
    if content is None:
        return
    if not isinstance(content, (dict, Mapping)):  # most are a dict, for which this is faster
        yield (), "{"
        return
    given = cast(Mapping[str, Any], content)
    for key in _REQUIRED.get(name, ()):
        if given.get(key) is None:
            yield (key,), types[key]
    for key in given:
        wanted = types.get(key)
        if wanted is None:
            continue
        value = given[key]
        if type(value) is str and wanted == "string":
            continue  # most are
        for keys, expected in _of_type(value, wanted):
            yield (key, *keys), expected


def _of_type(content: Any, wanted: str) -> Iterator[_Wrong]:
    if content is UNKNOWN:
        yield (), _UNKNOWN_OF_POD if wanted == _POD_SPEC else _UNKNOWN
        return
    if content is None:
        return
    if wanted[0] == "[":
        yield from _items(content, wanted[1:-1])
    elif wanted[0] == "{":
        yield from _values(content, wanted[1:-1])
    elif wanted == _POD_SPEC:
        for keys, expected in _of_map(content, _table().types[wanted], wanted):
            yield keys, _UNKNOWN_OF_POD if expected == _UNKNOWN else expected
    elif wanted in _table().types:
        yield from _of_map(content, _table().types[wanted], wanted)
    elif not any(_is(content, each) for each in wanted.split("|")):
        yield (), wanted
    elif bits := _too_long(content, wanted):
        yield (), f"integer of {bits} bits"


def _items(content: Any, wanted: str) -> Iterator[_Wrong]:
    if not is_list(content):
        yield (), "["
        return
    for index, item in enumerate(cast(Sequence[Any], content)):
        if item is None and wanted in _table().types:
            yield (index,), "{"
        for keys, expected in _of_type(item, wanted):
            yield (index, *keys), expected


def _values(content: Any, wanted: str) -> Iterator[_Wrong]:
    if not isinstance(content, (dict, Mapping)):
        yield (), "{"
        return
    values = cast(Mapping[str, Any], content)
    for key in values:
        for keys, expected in _of_type(values[key], wanted):
            yield (key, *keys), expected


def _is(value: Any, wanted: str) -> bool:
    match wanted:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer" | "long":
            whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
            return whole and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "quantity":
            if isinstance(value, str):
                return _QUANTITY.fullmatch(value) is not None
            return isinstance(value, int | float) and not isinstance(value, bool)
        case _:
            return True  # any, and types that the SDK does not describe


def _too_long(value: Any, wanted: str) -> int | None:
    """Bits of the type of a whole number, where the number needs more."""
    if isinstance(value, str) or not wanted.startswith(("integer", "long")):
        return None
    bits = 64 if wanted == "long" else 32
    return None if -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) else bits


def _expected(wanted: str) -> str:
    if wanted == _UNKNOWN_OF_POD:
        return "known"
    return "a list" if wanted[0] == "[" else _WORDS.get(wanted, "keys and values")


def _field(root: Property, keys: Keys) -> Property:
    """The property at these keys."""
    field = root
    for key in keys:
        field = field.at(key) if isinstance(key, str) else list(field.items())[key]
    return field
