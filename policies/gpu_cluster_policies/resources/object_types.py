"""Properties of Kubernetes objects with values of another type than the API has."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gpu_cluster.catalog.object_types import (
    KNOWN,
    UNKNOWN_TYPE,
    MistypedValue,
    has_known_properties,
    mistyped_pod_values,
    mistyped_values,
    type_in_words,
)
from gpu_cluster.stack.diagnostic import Keys
from gpu_cluster_policies.resources.property import Property


class Mistyped(NamedTuple):
    """A property of another type than the API has."""

    field: Property
    expected: str


def mistyped(root: Property) -> Iterator[Mistyped]:
    """Properties of an object of Kubernetes that the API server could not read.

    Unknown properties of a pod come last: their type is not known either.
    """
    yield from _placed(root, mistyped_values(root.content))


def mistyped_pod(template: Property, *, inline: bool) -> Iterator[Mistyped]:
    """Same as `mistyped`, for a pod template in an object of an unknown kind."""
    spec = template if inline else template.at("spec")
    yield from _placed(spec, mistyped_pod_values(spec.content))


def is_in_table(root: Property) -> bool:
    """Whether the properties of its kind are known."""
    return has_known_properties(root.content)


def _placed(root: Property, found: Iterable[MistypedValue]) -> Iterator[Mistyped]:
    for keys, expected in sorted(found, key=lambda it: it[1] == KNOWN):
        if expected != UNKNOWN_TYPE:
            yield Mistyped(_field(root, keys), type_in_words(expected))


def _field(root: Property, keys: Keys) -> Property:
    """The property at these keys."""
    field = root
    for key in keys:
        field = field.at(key) if isinstance(key, str) else list(field.items())[key]
    return field
