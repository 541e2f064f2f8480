"""Arguments of a component against its schema, before the component sees them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

import pulumi
from pulumi.errors import InputPropertyErrorDetails
from pulumi.output import Unknown

from gpu_cluster.component_provider.inputs import detail
from gpu_cluster.stack.suggestions import did_you_mean, one_of

_PYTHON_TYPES = {"array": list, "boolean": bool, "object": dict, "string": str}
_EXPECTED = {"array": "a list", "boolean": "true or false", "object": "keys and values", "string": "text"}

_FORMATS = {
    "account": (r"\d{12}", "the 12 digits of an AWS account"),
    "region": (r"[a-z]{2}(-[a-z]+)+-\d", "a region such as eu-central-1"),
}


def wrong_arguments(resource: Mapping[str, Any], given: Mapping[str, Any]) -> list[InputPropertyErrorDetails]:
    """Every argument that is unknown, missing, of another type, or an output where the schema has none.

    `resource`: the component in the schema of the provider.
    """
    known: dict[str, Any] = resource["inputProperties"]
    unknown = [detail(name, _unknown(name, known)) for name in given if name not in known]
    required = resource.get("requiredInputs", ())
    missing = [
        detail(name, f"required argument is missing; {known[name]['description']}")
        for name in required
        if given.get(name) is None
    ]
    wrong = [
        detail(path, reason)
        for name, value in given.items()
        if name in known and value is not None
        for path, reason in _wrong_values(name, value, known[name])
    ]
    return [*unknown, *missing, *wrong]


def _wrong_values(path: str, value: Any, described: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if _is_output(value):
        if described.get("plain"):
            yield path, "must be known before the update and no secret, got an output"
        return
    expected = described.get("type")
    if expected is not None and not isinstance(value, _PYTHON_TYPES[expected]):
        yield path, f"expected {_EXPECTED[expected]}, got {_shown(value)}"
        return
    if path in _FORMATS and not re.fullmatch(_FORMATS[path][0], cast(str, value)):
        yield path, f"expected {_FORMATS[path][1]}, got {_shown(value)}"
    inner: Mapping[str, Any] = described.get("items") or described.get("additionalProperties") or described
    for step, part in _parts(value):
        yield from _wrong_values(f"{path}{step}", part, inner)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, part in cast(dict[str, Any], value).items():
            yield f".{key}", part
    if isinstance(value, list):
        for position, part in enumerate(cast(list[Any], value)):
            yield f"[{position}]", part


def _is_output(value: Any) -> bool:
    return isinstance(value, pulumi.Output | Unknown)


def _unknown(name: str, known: Mapping[str, Any]) -> str:
    return f"unknown argument{did_you_mean(name, known) or f'; allowed: {one_of(sorted(known))}'}"


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, str | float | bool) else f"a {type(value).__name__}"
