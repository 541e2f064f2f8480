"""One reading of a YAML file: plain data, and the line of every key."""

# ruamel.yaml's nodes are untyped.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from gpu_cluster.stack.diagnostic import Diagnostic, Keys, LocatedDiagnostic, dotted
from gpu_cluster.stack.suggestions import did_you_mean
from gpu_cluster.stack.yaml_nodes import (
    Entry,
    entries,
    kind_of,
    line_of,
    odd_keys,
    span_of,
    text_of,
    value_of,
)
from gpu_cluster.stack.yaml_syntax_errors import explained, syntax_error_line

_SCALARS = {"str", "int", "float", "bool", "null", "timestamp"}
_MOST_VALUES = 100_000  # a page of nested aliases can stand for billions


class UnreadableFileError(Exception):
    """A file that gives no data at all, with the line where reading stopped."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(line, message)
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file.

    document.data                               # {"config": {"gpu-cluster:pools": {...}}}
    document.line(("config", "aws:region"))     # 14
    """

    root: Node
    data: Any
    diagnostics: tuple[Diagnostic, ...]
    """Pitfalls of YAML: keys, each with its line, and values that cannot be read."""

    lines: tuple[str, ...] = ()
    """Lines of the file."""

    _inside: dict[int, dict[str | int, Entry]] = field(default_factory=dict[int, dict[str | int, Entry]])
    """Entries by key of each node that was asked for."""

    def node(self, keys: Keys) -> Node | None:
        """The node at these keys, if any."""
        node = self.root
        for key in keys:
            entry = self._entry(node, key)
            if entry is None:
                return None
            node = entry.node
        return node

    def line(self, keys: Keys) -> int:
        """Line of a key, or of the nearest parent that exists."""
        entry = self._nearest(keys)
        return entry.line if entry else 1

    def located(
        self, file: str, diagnostics: Iterable[Diagnostic], *, shown: Callable[[Keys], str] = dotted
    ) -> tuple[LocatedDiagnostic, ...]:
        """The diagnostics of this document as a reader finds them, in the order of its lines."""
        found = [self._located(file, diagnostic, shown(diagnostic.keys)) for diagnostic in diagnostics]
        return tuple(sorted(found, key=lambda it: it.line))

    def _located(self, file: str, diagnostic: Diagnostic, key: str) -> LocatedDiagnostic:
        entry = self._nearest(diagnostic.keys)
        line = diagnostic.line or (entry.line if entry else 1)
        excerpt = self.lines[line - 1] if line <= len(self.lines) else ""
        if entry is None or entry.line != line:
            return LocatedDiagnostic(file, line, key, diagnostic.message, excerpt=excerpt)
        is_whole = self.node(diagnostic.keys) is entry.node
        on_the_line = isinstance(entry.node, ScalarNode) and line_of(entry.node) == line
        column, width = span_of(entry.node if is_whole and on_the_line else entry.name)
        return LocatedDiagnostic(file, line, key, diagnostic.message, column, max(1, width), excerpt)

    def _nearest(self, keys: Keys) -> Entry | None:
        """Entry of a key, or of the nearest parent that exists."""
        node, nearest = self.root, None
        for key in keys:
            entry = self._entry(node, key)
            if entry is None:
                return nearest
            node, nearest = entry.node, entry
        return nearest

    def _entry(self, node: Node, key: str | int) -> Entry | None:
        if id(node) not in self._inside:
            self._inside[id(node)] = {entry.key: entry for entry in entries(node)}
        return self._inside[id(node)].get(key)


def read(path: Path) -> Document:
    """The file's one document. `UnreadableFileError` where it is missing, no UTF-8, no YAML or empty."""
    return read_text(_text(path))


def read_text(text: str) -> Document:
    """The one document of a text."""
    return _built(_parsed(text), tuple(text.splitlines()))


def read_all(text: str) -> list[Document]:
    """Every document of a text that is not empty; `UnreadableFileError` if it is no YAML, or has none."""
    with _reading(text) as reader:
        roots = [root for root in reader.compose_all(text) if kind_of(root) != "null"]
    if not roots:
        raise UnreadableFileError(1, "there is nothing in it")
    return [_built(root) for root in roots]


def _built(root: Node, lines: tuple[str, ...] = ()) -> Document:
    building = _Building()
    data = building.value(root, (), ())
    return Document(root, data, tuple(building.diagnostics), lines)


class _Building:
    """Plain data from nodes, with diagnostics."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.values = 0

    def value(self, node: Node, keys: Keys, parents: tuple[int, ...]) -> Any:
        self.values += 1
        if self.values > _MOST_VALUES:
            raise UnreadableFileError(line_of(node), f"aliases expand to more than {_MOST_VALUES} values")
        if id(node) in parents:
            raise UnreadableFileError(line_of(node), "an anchor has an alias of itself inside")
        if isinstance(node, ScalarNode):
            return self._scalar(node, keys)
        self.diagnostics += odd_keys(node, keys)
        parents = (*parents, id(node))
        inside = {entry.key: self.value(entry.node, (*keys, entry.key), parents) for entry in entries(node)}
        return list(inside.values()) if isinstance(node, SequenceNode) else inside

    def _scalar(self, node: ScalarNode, keys: Keys) -> Any:
        if kind_of(node) not in _SCALARS:
            message = f"the tag {node.tag} is not known; put text that starts with ! in quotes"
            self.diagnostics.append(Diagnostic(keys, message))
        value = value_of(node)
        if isinstance(value, str) and value != text_of(node):
            self.diagnostics.append(Diagnostic(keys, f"{text_of(node)!r} is no valid Unicode text"))
        return value


def decoded(content: bytes) -> str:
    """The text of a file. `UnreadableFileError` if it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFileError(line, f"not UTF-8: byte 0x{content[error.start]:02x}") from None


def _text(path: Path) -> str:
    try:
        return decoded(path.read_bytes())
    except FileNotFoundError:
        raise UnreadableFileError(1, _missing(path)) from None
    except OSError as error:
        raise UnreadableFileError(1, f"the file cannot be read: {error.strerror}") from None


def _missing(path: Path) -> str:
    if path.is_symlink():
        return f"symbolic link to {path.readlink()}, which does not exist"
    there = sorted(file.name for file in path.parent.glob("Pulumi.*.yaml"))
    if not there:
        return f"no such file, and no stack file in {path.parent}"
    return f"no such file{did_you_mean(path.name, there) or '; there are ' + ', '.join(there)}"


def _parsed(text: str) -> Node:
    with _reading(text) as reader:
        root = reader.compose(text)
    if not isinstance(root, Node):
        raise UnreadableFileError(
            1, "the file is empty; expected config: with gpu-cluster:cluster and gpu-cluster:pools"
        )
    return root


@contextmanager
def _reading(text: str) -> Generator[YAML]:
    """A parser of this text whose errors have a position."""
    reader = YAML(typ="safe", pure=True)
    reader.composer.warn_double_anchors = False
    try:
        yield reader
    except MarkedYAMLError as error:
        raise UnreadableFileError(syntax_error_line(error), f"not valid YAML: {explained(error)}") from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UnreadableFileError(
            line, f"not valid YAML: a character that is not allowed, {text[error.position]!r}"
        ) from None
    except (YAMLError, ValueError, OverflowError) as error:  # the last two: escapes such as "\\U99999999"
        raise UnreadableFileError(1, f"not valid YAML: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise UnreadableFileError(1, "nested too deeply") from None
