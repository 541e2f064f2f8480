"""Types of the properties of Kubernetes objects, and values that are of another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from gpu_cluster.unknown import UNKNOWN

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
    "apps/v1:DaemonSetSpec": ("template",),
    "apps/v1:DeploymentSpec": ("template",),
    "apps/v1:StatefulSetSpec": ("template",),
    "batch/v1:CronJobSpec": ("jobTemplate",),
    "batch/v1:JobTemplateSpec": ("spec",),
    "batch/v1:JobSpec": ("template",),
    "autoscaling/v1 HorizontalPodAutoscaler": ("spec",),
    "autoscaling/v1:HorizontalPodAutoscalerSpec": ("scaleTargetRef", "maxReplicas"),
    "autoscaling/v1:CrossVersionObjectReference": ("kind", "name"),
    "autoscaling/v2 HorizontalPodAutoscaler": ("spec",),
    "autoscaling/v2:HorizontalPodAutoscalerSpec": ("scaleTargetRef", "maxReplicas"),
    "autoscaling/v2:CrossVersionObjectReference": ("kind", "name"),
}
"""Properties that the API server requires of workloads and autoscalers; it checks all others itself."""

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


UNKNOWN_TYPE = "unknown"
"""Expected type of any other unknown value."""
KNOWN = "known"
"""Expected type of an unknown value in a pod; other objects are full of names that an update only makes."""


class _Types(NamedTuple):
    kinds: Mapping[str, Mapping[str, str]]
    types: Mapping[str, Mapping[str, str]]


MistypedValue = tuple[tuple[str | int, ...], str]
"""Keys of a value with a wrong type, and the expected type."""


def mistyped_values(content: Any) -> Iterator[MistypedValue]:
    """Values of an object of Kubernetes that the API server could not read, with their keys.

    Unknown values are included: the expected type is `KNOWN` in a pod, and `UNKNOWN_TYPE` elsewhere.
    """
    kind = _kind_of(content)
    metadata = cast(Mapping[str, Any], content).get("metadata") if isinstance(content, Mapping) else None
    yield from ((("metadata", *keys), expected) for keys, expected in _of_type(metadata, _METADATA))
    yield from _of_map(content, _table().kinds.get(kind, {}), kind)


def mistyped_pod_values(spec: Any) -> Iterator[MistypedValue]:
    """Same as `mistyped_values`, for the spec of a pod."""
    yield from _of_type(spec, _POD_SPEC)


def has_known_properties(content: Any) -> bool:
    """Whether the properties of the object's kind are in the table."""
    return _kind_of(content) in _table().kinds


def type_in_words(expected: str) -> str:
    """A type for a message: `a whole number`."""
    if expected == KNOWN:
        return "known"
    return "a list" if expected[0] == "[" else _WORDS.get(expected, "keys and values")


def _kind_of(content: Any) -> str:
    if not isinstance(content, Mapping):
        return ""
    given = cast(Mapping[str, Any], content)
    return " ".join(word if isinstance(word, str) else "" for word in map(given.get, ("apiVersion", "kind")))


@cache
def _table() -> _Types:
    content = json.loads(TABLE.read_text("utf-8"))
    return _Types(content["kinds"], content["types"])


def _of_map(content: Any, types: Mapping[str, str], name: str = "") -> Iterator[MistypedValue]:
    if content is UNKNOWN:
        yield (), UNKNOWN_TYPE
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


def _of_type(content: Any, wanted: str) -> Iterator[MistypedValue]:
    if content is UNKNOWN:
        yield (), KNOWN if wanted == _POD_SPEC else UNKNOWN_TYPE
        return
    if content is None:
        return
    if wanted[0] == "[":
        yield from _items(content, wanted[1:-1])
    elif wanted[0] == "{":
        yield from _values(content, wanted[1:-1])
    elif wanted == _POD_SPEC:
        for keys, expected in _of_map(content, _table().types[wanted], wanted):
            yield keys, KNOWN if expected == UNKNOWN_TYPE else expected
    elif wanted in _table().types:
        yield from _of_map(content, _table().types[wanted], wanted)
    elif not any(_is(content, each) for each in wanted.split("|")):
        yield (), wanted
    elif bits := _too_long(content, wanted):
        yield (), f"integer of {bits} bits"


def _items(content: Any, wanted: str) -> Iterator[MistypedValue]:
    if not (isinstance(content, Sequence) and not isinstance(content, str)):
        yield (), "["
        return
    for index, item in enumerate(cast(Sequence[Any], content)):
        if item is None and wanted in _table().types:
            yield (index,), "{"
        for keys, expected in _of_type(item, wanted):
            yield (index, *keys), expected


def _values(content: Any, wanted: str) -> Iterator[MistypedValue]:
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
