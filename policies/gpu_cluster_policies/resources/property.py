"""A property of a manifest: its path and its value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast

from gpu_cluster.stack.diagnostic import Keys
from gpu_cluster.unknown import UNKNOWN

_DIGITS = 18  # of a number that an int64 holds
_SHOWN = 160  # characters of a value that a finding quotes
_STEP = re.compile(r'\["(.+?)"\]|\[(\d+)\]|([^.\[\]]+)')


class NotKnownError(Exception):
    """A rule needs a value that is not known yet."""

    def __init__(self, field: Property) -> None:
        super().__init__(f"{field.owner}: {field.path} is unknown")
        self.field = field


class UnreadableError(Exception):
    """A rule cannot make sense of a value."""

    def __init__(self, field: Property, actual: str, expected: str) -> None:
        super().__init__(f"{field.owner}: {field.path} is {actual}, should be {expected}")
        self.field, self.actual, self.expected = field, actual, expected


class Property(NamedTuple):
    """A property of a resource; reading it, or anything below it, fails where it is unknown.

    A named tuple, because rules make some hundred of each object, and a dataclass takes three times as long.

    field = Property("Pod team/train", "spec", {"containers": [{"image": "busybox:1.37"}]})
    [image.value for image in (c.at("image") for c in field.at("containers").items())]
    # ["busybox:1.37"]
    """

    owner: str
    """The resource it belongs to, such as `Deployment serving/chat`."""

    path: str
    """Path, such as `spec.containers[0].image`; empty for the whole resource."""

    content: Any
    """The value: plain YAML values, `UNKNOWN`, or None where it is absent."""

    @property
    def value(self) -> Any:
        if self.content is UNKNOWN:
            raise NotKnownError(self)
        if isinstance(self.content, float) and self.content.is_integer():
            return int(self.content)  # on its way through the engine every number becomes a float
        return self.content

    @property
    def text(self) -> str:
        """The value as text; empty where it is absent."""
        value = self.value
        return "" if value is None else str(value)

    @property
    def whole(self) -> int | None:
        """The value where it is a whole number."""
        value = self.value
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    @property
    def number(self) -> int | None:
        """The value where it is a whole number from 0, or the text of one."""
        return count_in(self.text)

    @property
    def shown(self) -> str:
        """The value as a finding quotes it."""
        if self.value is None:
            return "not set"
        quoted = json.dumps(self.value, default=_plain, sort_keys=True)  # the engine orders keys its own way
        return quoted if len(quoted) <= _SHOWN else f"{quoted[: _SHOWN - 1]}…"

    def at(self, *keys: str) -> Property:
        """The property at these keys, absent if there is no value."""
        owner, path, content = self
        for key in keys:
            if content is UNKNOWN:
                raise NotKnownError(Property(owner, path, content))
            held: Any = content
            is_map = isinstance(content, (dict, Mapping))  # to ask for a dict first is several times as fast
            content = held.get(key) if is_map else None
            step = _step(key)
            path = f"{path}.{step}" if path and step[0] != "[" else path + step
        return Property(owner, path, content)

    def items(self) -> Iterator[Property]:
        """The elements where it is a list."""
        for index, item in enumerate(cast(Sequence[Any], self.value) if is_list(self.value) else ()):
            yield Property(self.owner, f"{self.path}[{index}]", item)

    def one_or_more(self) -> list[Property]:
        """Elements of a list; the value itself if it is not a list; empty if it is absent."""
        if is_list(self.value):
            return list(self.items())
        return [] if self.value is None else [self]

    def entries(self) -> Iterator[tuple[str, Property]]:
        """Keys and their properties where it is a map."""
        value = self.value
        for key in cast(Mapping[str, Any], value) if isinstance(value, Mapping) else ():
            yield key, self.at(key)

    def below(self, *keys: str) -> Iterator[Property]:
        """Values that are set at the path, in all elements of lists on it."""
        if not keys:
            if self.value is not None:
                yield self
            return
        found = self.at(keys[0])
        elements = list(found.items())
        for element in elements or ([found] if found.value else []):
            yield from element.below(*keys[1:])

    def children(self) -> Iterator[Property]:
        """The elements of a list, or the values of a map."""
        if isinstance(self.value, Mapping):
            yield from (value for _, value in self.entries())
        else:
            yield from self.items()

    def parsed(self) -> Property:
        """The map or list that its JSON text contains, with the same path. `UnreadableError` if it contains
        none."""
        if not isinstance(self.value, str):
            return self
        try:
            return Property(self.owner, self.path, json.loads(self.value))
        except ValueError as error:
            raise UnreadableError(self, f"invalid JSON ({error})", "a JSON document") from None
        except RecursionError:
            raise UnreadableError(self, "nested too deeply", "a JSON document") from None

    def texts(self) -> dict[str, str]:
        """A map of texts, such as labels."""
        return {key: field.text for key, field in self.entries()}


def count_in(text: str) -> int | None:
    """The whole number from 0 that a text is; None if it is none, or one that no int64 holds."""
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else None


def keys_of(path: str) -> Keys:
    """The keys of a path: `spec.containers[0].image` is `("spec", "containers", 0, "image")`."""
    steps = (match.groups() for match in _STEP.finditer(path))
    return tuple(int(index) if index else quoted or plain for quoted, index, plain in steps)


@lru_cache(maxsize=10_000)
def _step(key: str) -> str:
    """A key as it stands in a path."""
    return key if key.replace("_", "").replace("-", "").isalnum() else f'["{key}"]'


def is_list(value: Any) -> bool:
    """Whether a value is a list, as YAML or as a value of the engine."""
    return isinstance(value, Sequence) and not isinstance(value, str)


def _plain(value: Any) -> Any:
    """JSON of a map or list of another type, or of an unknown value."""
    if isinstance(value, Mapping):
        return dict(cast(Mapping[str, Any], value))
    return list(cast(Sequence[Any], value)) if isinstance(value, Sequence) else "(unknown)"
