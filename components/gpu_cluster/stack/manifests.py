"""Kubernetes objects in files that a stack file names, and everything that is wrong with them."""

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from gpu_cluster.catalog.object_types import MistypedValue, mistyped_values, type_in_words
from gpu_cluster.stack.diagnostic import Keys, LocatedDiagnostic, dotted
from gpu_cluster.stack.document import Document, UnreadableFileError, decoded, read_all
from gpu_cluster.stack.yaml_nodes import line_of

_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_FILES = 16_384
_LONGEST = 60  # characters of a value in a message

ObjectId = tuple[str, str, str, str]
"""API group, kind, namespace and name: two resources with the same are one object."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object of a file."""

    file: str
    line: int
    content: dict[str, Any]
    document: Document

    @property
    def kind(self) -> str:
        return str(self.content["kind"])

    @property
    def slug(self) -> str:
        """Logical name: kind, namespace and name. Objects of other API groups have other types in URNs."""
        metadata = self.content["metadata"]
        parts = (self.kind.lower(), metadata.get("namespace"), metadata["name"])
        return "-".join(str(part) for part in parts if part)

    @property
    def id(self) -> ObjectId:
        return object_id(self.content["apiVersion"], self.kind, self.content["metadata"])

    def problem(self, keys: Keys, message: str) -> LocatedDiagnostic:
        """A problem at a key of the object."""
        return LocatedDiagnostic(self.file, self.document.line(keys), dotted(keys), message)


def object_id(version: str, kind: str, metadata: Mapping[str, Any]) -> ObjectId:
    """The identity of an object.

    object_id("apps/v1", "Deployment", {"name": "web"})  # ("apps", "Deployment", "default", "web")
    """
    group = version.partition("/")[0] if "/" in version else ""
    return group, kind, str(metadata.get("namespace") or "default"), str(metadata.get("name"))


def manifests_of(paths: Iterable[str]) -> list[Manifest]:
    """Every object of files and folders, in the order of their names; those that are wrong are left out."""
    return [it for path in paths for it in _of_path(Path(path)) if isinstance(it, Manifest)]


def problems_of(paths: Iterable[str]) -> list[tuple[int, LocatedDiagnostic]]:
    """All errors, each with the index of its path; for an object in two files, the second is the error.

    problems_of(["manifests"])  # [(0, LocatedDiagnostic("manifests/a.yaml", 5, …))]
    """
    problems: list[tuple[int, LocatedDiagnostic]] = []
    first: dict[ObjectId, Manifest] = {}
    named: dict[tuple[str, str], Manifest] = {}
    for position, path in enumerate(paths):
        found = list(_of_path(Path(path)))
        problems += [(position, it) for it in found if isinstance(it, LocatedDiagnostic)]
        for it in found:
            if not isinstance(it, Manifest):
                continue
            shown = f"{it.kind} {it.content['metadata']['name']}"
            if (other := first.setdefault(it.id, it)) is not it:
                message = f"{shown} is in {other.file}:{other.line} already"
            elif (other := named.setdefault((it.id[0], it.slug), it)) is not it:
                message = (
                    f"{shown} has the logical name {it.slug} of {other.file}:{other.line}; rename one of them"
                )
            else:
                continue
            problems.append((position, LocatedDiagnostic(it.file, it.line, "", message)))
    return problems


def _of_path(path: Path) -> Iterator[Manifest | LocatedDiagnostic]:
    try:
        files = _files(path)
    except OSError as error:
        yield _unread(path, error)
        return
    if files is None:
        yield LocatedDiagnostic(shown(path), 1, "", "no such file or folder")
    elif not files:
        yield LocatedDiagnostic(shown(path), 1, "", "no file that ends in .yaml, .yml or .json")
    for file in files or ():
        yield from _of_file(file)


def _files(path: Path) -> list[Path] | None:
    """The file, or the manifests of a folder; None if there is neither."""
    if path.is_dir():
        return sorted(it for it in path.rglob("*") if it.suffix in _SUFFIXES and it.is_file())
    return [path] if path.is_file() else None


def _unread(path: Path, error: OSError) -> LocatedDiagnostic:
    return LocatedDiagnostic(shown(path), 1, "", f"cannot be read: {error.strerror}")


def _of_file(path: Path) -> Iterator[Manifest | LocatedDiagnostic]:
    try:
        documents = _documents(path.read_bytes())
    except UnreadableFileError as error:
        yield LocatedDiagnostic(shown(path), error.line, "", error.message)
        return
    except OSError as error:
        yield _unread(path, error)
        return
    for document, mistyped in documents:
        yield from _of_document(shown(path), document, mistyped)


_Mistyped = tuple[MistypedValue, ...]


@lru_cache(_FILES)
def _documents(content: bytes) -> tuple[tuple[Document, _Mistyped], ...]:
    """Documents of a file's content and their mistyped values, read once: a plan checks, creates, compares
    and counts its objects."""
    return tuple((it, tuple(mistyped_values(it.data))) for it in read_all(decoded(content)))


def _of_document(
    file: str, document: Document, mistyped: _Mistyped
) -> Iterator[Manifest | LocatedDiagnostic]:
    yield from document.located(file, document.diagnostics)
    content, line = document.data, line_of(document.root)
    if message := _problem(content):
        yield LocatedDiagnostic(file, line, "", message)
    elif mistyped:
        for keys, expected in mistyped:
            message = f"expected {type_in_words(expected)}, got {_quoted(content, keys)}"
            yield LocatedDiagnostic(file, document.line(keys), dotted(keys), message)
    elif not document.diagnostics:
        yield Manifest(file, line, content, document)


def _quoted(content: Any, keys: Keys) -> str:
    """The value at these keys, for a message."""
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else content[key]  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return "nothing" if content is None else textwrap.shorten(json.dumps(content, default=str), _LONGEST)


def _problem(content: Any) -> str | None:
    if not isinstance(content, dict):
        return "expected an object with apiVersion, kind and metadata.name"
    given: dict[str, Any] = content  # pyright: ignore[reportUnknownVariableType]
    for key in ("apiVersion", "kind"):
        if not isinstance(given.get(key), str) or not given[key]:
            return f"{key} is missing, or no text"
    if str(given["kind"]).endswith("List") and "items" in given:
        return f"{given['kind']} holds several objects; write each as a document of its own"
    metadata = given.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):  # pyright: ignore[reportUnknownMemberType]
        return "metadata.name is missing, or no text; generateName has no name that an update finds again"
    if not isinstance(metadata.get("namespace") or "", str):  # pyright: ignore[reportUnknownMemberType]
        return f"metadata.namespace is no text: {metadata['namespace']!r}; write it in quotes"
    return None


def shown(path: Path) -> str:
    """Path from the working directory, or from the root if it is elsewhere."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
