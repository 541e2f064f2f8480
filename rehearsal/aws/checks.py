"""What the provider refuses before it calls anything."""

import json
from collections.abc import Iterator
from typing import Any

from rehearsal.aws import conform
from rehearsal.aws.kind import Inputs, Kind
from rehearsal.aws.naming import to_service, wrong_values
from rehearsal.aws.wire import UNKNOWN, has_unknown


def problems(kind: Kind, inputs: Inputs) -> Iterator[tuple[str, str]]:
    """What is wrong with a resource's inputs, as (property, words)."""
    wrong = list(conform.problems(inputs, kind.properties.inputs))
    yield from wrong
    for name in sorted(kind.properties.required - inputs.keys()):
        yield name, "required property is missing"
    if wrong:
        return
    for name, value in inputs.items():
        bounds = kind.bounds.get(name)
        if bounds and isinstance(value, int) and not bounds.start <= value <= bounds.stop:
            yield name, f"expected {bounds.start} to {bounds.stop}, got {value}"
        if not kind.is_emulated(name):
            yield name, f"{kind.type} has no emulation of this property in rehearsal/aws"
        elif name in kind.documents:
            yield from _malformed(name, value)
        elif shape := kind.shape_of(name):
            yield from wrong_values(to_service(value, shape), shape, name)
    if kind.shape and not has_unknown(dict(inputs)):
        yield from _wrong_shapes(kind, kind.shape(inputs))


def _wrong_shapes(kind: Kind, arguments: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for parameter, value in arguments.items():
        yield from wrong_values(value, kind.parameter_shape(parameter), parameter)


def _malformed(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if value == UNKNOWN:
        return
    try:
        document: Any = json.loads(value)
    except ValueError as error:
        yield name, f"not JSON: {error}"
        return
    if not isinstance(document, dict):
        yield name, "expected a JSON object"
