"""YAML of manifests, read as kubectl reads it: YAML 1.1 booleans and octal numbers, by the parser in C."""

# PyYAML is untyped.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false, reportMissingModuleSource=false, reportUnknownParameterType=false
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from yaml import YAMLError, events
from yaml.cyaml import CParser

from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.document import UnreadableFileError, read_all
from gpu_cluster_policies.manifests.manifest_scalars import (
    MERGE,
    TAG,
    UnknownTagError,
    plain_value,
    tagged_value,
)

_MOST_VALUES = 100_000  # that aliases may stand for: a page of nested ones can stand for billions
_DEEPEST = 200


@dataclass(slots=True)
class Lines:
    """The line of every key and item in maps and lists, by identity of the map or list."""

    inside: dict[int, dict[str | int, int]] = field(default_factory=dict[int, dict[str | int, int]])

    def of(self, data: Any, keys: Keys, start: int) -> int:
        """Line of a key, or of the nearest parent that exists."""
        line = start
        for key in keys:
            found = self.inside.get(id(data), {})
            if key not in found:
                return line
            line, data = found[key], data[key]
        return line


@dataclass(slots=True)
class YamlDocument:
    """A document: plain data, and the line of every key."""

    data: Any
    start: int
    lines: Lines
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    """YAML pitfalls: repeated keys, each with its line, and values that cannot be read."""

    def line(self, keys: Keys) -> int:
        """Line of a key, or of the nearest parent that exists."""
        return self.lines.of(self.data, keys, self.start)


def yaml_documents(text: str) -> list[YamlDocument]:
    """All documents that are not empty. `UnreadableFileError` if the text is not YAML."""
    try:
        return [document for document in _documents(text) if document.data is not None]
    except YAMLError as error:
        read_all(text)  # says in more words what is wrong
        mark: Any = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise UnreadableFileError(mark.line + 1 if mark else 1, f"not valid YAML: {problem}") from None


def _documents(text: str) -> Iterator[YamlDocument]:
    """Events become data one by one: to build nodes within nodes, the parser in C needs a stack as deep."""
    parser = CParser(text)
    try:
        while event := parser.get_event():
            if type(event) is events.DocumentStartEvent:
                yield _Building(parser).document()
    finally:
        parser.dispose()


@dataclass(slots=True)
class _Open:
    """A map or list that has not ended."""

    data: Any
    lines: dict[str | int, int]
    name: str | int | None
    """Key or index in the parent; None for the whole document."""

    key: str | None = None
    """Key of the value that comes next, in a map."""

    merge_line: int = 0
    values_before: int = 0
    merged: list[Any] = field(default_factory=list[Any])


class _Building:
    """One document from its events."""

    def __init__(self, parser: CParser) -> None:
        self._parser = parser
        self._lines = Lines()
        self._diagnostics: list[Diagnostic] = []
        self._anchors: dict[str, Any] = {}
        self._sizes: dict[int, int] = {}
        self._values = 0
        self._by_aliases = 0
        self._open: list[_Open] = []
        self._root: Any = None
        self._start = 0

    def document(self) -> YamlDocument:
        while True:
            event: Any = self._parser.get_event()
            kind = type(event)
            if kind is events.ScalarEvent:
                self._scalar(event)
            elif kind is events.MappingStartEvent:
                self._begin(event, {})
            elif kind is events.SequenceStartEvent:
                self._begin(event, [])
            elif kind is events.MappingEndEvent or kind is events.SequenceEndEvent:
                self._end()
            elif kind is events.AliasEvent:
                self._alias(event)
            else:
                return YamlDocument(self._root, self._start, self._lines, self._diagnostics)

    def _scalar(self, event: Any) -> None:
        line = event.start_mark.line + 1
        self._values += 1
        if self._awaits_key:
            self._key(event, line)
            return
        tag = event.tag
        if tag is None or tag == "!":
            value = plain_value(event.value) if event.implicit[0] and tag is None else event.value
        else:
            value = self._tagged(event, tag)
        if event.anchor:
            self._anchors[event.anchor] = value
        self._put(value, line)

    def _tagged(self, event: Any, tag: str) -> Any:
        try:
            return tagged_value(tag, event.value)
        except UnknownTagError as error:
            self._diagnostics.append(Diagnostic(self._keys, str(error), event.start_mark.line + 1))
            return event.value

    @property
    def _awaits_key(self) -> bool:
        return bool(self._open) and self._open[-1].key is None and type(self._open[-1].data) is dict

    def _key(self, event: Any, line: int) -> None:
        top = self._open[-1]
        plain = event.implicit[0] and event.tag is None
        value = plain_value(event.value) if plain and event.value != MERGE else event.value
        if isinstance(value, bool) or value is None or isinstance(value, float):
            message = f"expected text as key, got {event.value or 'nothing'}; write it in quotes"
            self._diagnostics.append(Diagnostic((*self._keys, event.value), message, line))
        key = str(value) if isinstance(value, int) and not isinstance(value, bool) else event.value
        if event.anchor:
            self._anchors[event.anchor] = key
        if key in top.lines:
            message = f"given twice, first on line {top.lines[key]}"
            self._diagnostics.append(Diagnostic((*self._keys, key), message, line))
        top.key = key
        if key == MERGE and plain:
            top.merge_line = line
            return
        top.lines.setdefault(key, line)

    def _begin(self, event: Any, data: Any) -> None:
        line = event.start_mark.line + 1
        if self._awaits_key:
            raise UnreadableFileError(
                line, "expected text as key, got a mapping or a list; write it in quotes"
            )
        if len(self._open) >= _DEEPEST:
            raise UnreadableFileError(line, f"nested too deeply: more than {_DEEPEST} levels")
        if event.tag not in (None, "!", f"{TAG}map", f"{TAG}seq"):
            message = f"the tag {event.tag} is not known; put text that starts with ! in quotes"
            self._diagnostics.append(Diagnostic(self._keys, message, line))
        lines: dict[str | int, int] = {}
        self._lines.inside[id(data)] = lines
        if event.anchor:
            self._anchors[event.anchor] = data
        name = self._next
        self._put(data, line)
        self._open.append(_Open(data, lines, name, values_before=self._values))
        self._values += 1

    def _end(self) -> None:
        self._merge(self._open[-1])
        top = self._open.pop()
        self._sizes[id(top.data)] = self._values - top.values_before

    def _merge(self, top: _Open) -> None:
        """Keys of the maps that `<<` names, below the map's own; the first of a list wins."""
        own = set(top.lines)
        sources = [it for value in top.merged for it in (value if isinstance(value, list) else [value])]
        for source in reversed(sources):
            if not isinstance(source, dict):
                message = "expected a mapping, or a list of mappings"
                keys = *(each.name for each in self._open if each.name is not None), MERGE
                self._diagnostics.append(Diagnostic(keys, message, top.merge_line))
                continue
            lines = self._lines.inside[id(source)]
            for key, value in cast(dict[str, Any], source).items():
                if key not in own:
                    top.data[key] = value
                    top.lines[key] = lines.get(key, self._start)

    def _alias(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if event.anchor not in self._anchors:
            raise UnreadableFileError(
                line,
                f"not valid YAML: found undefined alias '{event.anchor}'; put text that starts with * "
                "in quotes",
            )
        value = self._anchors[event.anchor]
        if any(each.data is value for each in self._open):
            raise UnreadableFileError(line, "an anchor has an alias of itself inside")
        size = self._sizes.get(id(value), 1)
        self._values += size
        self._by_aliases += size
        if self._by_aliases > _MOST_VALUES:
            raise UnreadableFileError(line, f"aliases expand to more than {_MOST_VALUES} values")
        if self._awaits_key:
            raise UnreadableFileError(line, "expected text as key, got an alias; write it in quotes")
        self._put(value, line)

    def _put(self, value: Any, line: int) -> None:
        """Add a value to the innermost open map or list."""
        if not self._open:
            self._root, self._start = value, line
            return
        top = self._open[-1]
        if type(top.data) is list:
            top.lines[len(top.data)] = line
            top.data.append(value)
            return
        key, top.key = cast(str, top.key), None
        if key == MERGE and key not in top.lines:
            top.merged.append(value)
        else:
            top.data[key] = value

    @property
    def _keys(self) -> Keys:
        """Path of the next value."""
        names = (*(each.name for each in self._open), self._next)
        return tuple(name for name in names if name is not None)

    @property
    def _next(self) -> str | int | None:
        """Key or position of the next value in the innermost map or list that is open."""
        if not self._open:
            return None
        top = self._open[-1]
        return len(top.data) if type(top.data) is list else top.key
