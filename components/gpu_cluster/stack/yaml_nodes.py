"""YAML nodes as Python sees them: entries with lines, scalars with the text that was written."""

# ruamel.yaml's nodes are untyped.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from gpu_cluster.stack.diagnostic import Diagnostic, Keys

_TAG = "tag:yaml.org,2002:"
_BITS = 1000
"""Size of a whole number at most; a larger one is text, because Python cannot print all of them."""

_TRUE = {"true", "yes", "on", "y"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a mapping, or an item of a list, with what it holds."""

    key: str | int
    name: Node
    """The key as it is written; an item of a list is its own."""

    node: Node

    @property
    def line(self) -> int:
        return line_of(self.name)


def line_of(node: Node) -> int:
    return int(node.start_mark.line) + 1


def span_of(node: Node) -> tuple[int, int]:
    """Column and width of a node on its first line; the first column is 1."""
    start, end = node.start_mark, node.end_mark
    column = int(start.column) + 1
    return column, int(end.column) - int(start.column) if end.line == start.line else 1


def kind_of(node: Node) -> str:
    """`str`, `int`, `float`, `bool`, `null`, `timestamp`, `map`, `seq`, or a tag of someone's own."""
    return str(node.tag).removeprefix(_TAG)


def text_of(node: ScalarNode) -> str:
    """A scalar as it was written, without its quotes."""
    return str(node.value)


def entries(node: Node) -> list[Entry]:
    """Entries of a mapping or a list; none of a scalar. A key given twice counts once, the last time;
    a mapping's own keys win over merged ones (`<<`)."""
    if isinstance(node, SequenceNode):
        return [Entry(position, item, item) for position, item in enumerate(node.value)]
    found = [*_merged(node, set()), *_own(node)]
    return list({entry.key: entry for entry in found}.values())


def odd_keys(node: Node, keys: Keys) -> Iterator[Diagnostic]:
    """Keys that are valid YAML but not plausible, in the mapping at `keys`."""
    first: dict[str, int] = {}
    for entry in _own(node):
        key = str(entry.key)
        if key in first:
            yield Diagnostic((*keys, key), f"given twice, first on line {first[key]}", entry.line)
        first.setdefault(key, entry.line)
    for key, _ in _pairs(node):
        if kind_of(key) not in ("str", "merge"):
            message = f"expected text as key, got {described(key)}; write it in quotes"
            yield Diagnostic((*keys, _key_text(key)), message, line_of(key))


def value_of(node: ScalarNode) -> Any:
    """The plain value. Dates and other types without a JSON equivalent remain text."""
    text = text_of(node)
    plain = text.replace("_", "").lower()
    match kind_of(node):
        case "null":
            return None
        case "bool":
            return plain in _TRUE
        case "int":
            return _integer(plain, otherwise=text)
        case "float":
            return _number(plain, otherwise=text)
        case _:
            return text.encode(errors="replace").decode()


def described(node: Node) -> str:
    """The given value, for a message: `'l4'`, `the number 1.30`, `a list`."""
    match kind_of(node):
        case "map":
            return "a mapping"
        case "seq":
            return "a list"
        case "null":
            return "nothing"
        case "int" | "float":
            return f"the number {_short(node)}"
        case "timestamp":
            return f"the date {_short(node)}"
        case "bool":
            return str(node.value)
        case _:
            return repr(_short(node)) if isinstance(node, ScalarNode) else "a tagged value"


def shown(node: Node) -> str:
    """The same for places where a number is expected anyway: `1.30`."""
    return _short(node) if kind_of(node) in ("int", "float") else described(node)


def _short(node: Node) -> str:
    text = str(node.value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _pairs(node: Node) -> list[tuple[Node, Node]]:
    return list(node.value) if isinstance(node, MappingNode) else []


def _own(node: Node) -> Iterator[Entry]:
    for key, value in _pairs(node):
        if kind_of(key) != "merge":
            yield Entry(_key_text(key), key, value)


def _merged(node: Node, seen: set[int]) -> Iterator[Entry]:
    seen.add(id(node))
    for key, value in _pairs(node):
        if kind_of(key) != "merge":
            continue
        sources = reversed(value.value) if isinstance(value, SequenceNode) else [value]
        for source in sources:  # the first of a list wins, so it comes last
            if id(source) not in seen:
                yield from _merged(source, seen)
                yield from _own(source)


def _key_text(key: Node) -> str:
    if not isinstance(key, ScalarNode):
        return described(key)
    return text_of(key).encode(errors="replace").decode()


def _integer(plain: str, *, otherwise: str) -> int | str:
    try:
        number = int(plain, 0 if plain.lstrip("+-")[:2] in ("0x", "0o", "0b") else 10)
    except ValueError:
        return otherwise
    return number if number.bit_length() <= _BITS else otherwise


def _number(plain: str, *, otherwise: str) -> float | str:
    try:
        number = float(plain)
    except ValueError:  # .inf and .nan
        return otherwise
    return number if math.isfinite(number) else otherwise
