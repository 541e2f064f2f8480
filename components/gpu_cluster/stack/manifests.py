"""Kubernetes objects in files that a stack file names, and everything that is wrong with them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpu_cluster.stack.document import Document, UnreadableFileError, decoded, read_all
from gpu_cluster.stack.yaml_nodes import line_of

_SUFFIXES = frozenset({".yaml", ".yml", ".json"})


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object of a file."""

    file: str
    line: int
    content: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.content["kind"])

    @property
    def slug(self) -> str:
        """Its logical name: kind, namespace and name, by which it stays the same object."""
        metadata = self.content["metadata"]
        parts = (self.kind.lower(), metadata.get("namespace"), metadata["name"])
        return "-".join(str(part) for part in parts if part)


@dataclass(frozen=True, slots=True)
class ManifestProblem:
    """A manifest that is wrong."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def manifests_of(paths: Iterable[str]) -> list[Manifest]:
    """Every object of files and folders, in the order of their names; those that are wrong are left out."""
    return [it for it in _read(paths) if isinstance(it, Manifest)]


def problems_of(paths: Iterable[str]) -> list[ManifestProblem]:
    """Everything that is wrong in these files, an object that is there twice included."""
    found = list(_read(paths))
    problems = [it for it in found if isinstance(it, ManifestProblem)]
    first: dict[str, Manifest] = {}
    for it in (it for it in found if isinstance(it, Manifest)):
        other = first.setdefault(it.slug, it)
        if other is not it:
            message = f"{it.kind} {it.content['metadata']['name']} is in {other.file}:{other.line} already"
            problems.append(ManifestProblem(it.file, it.line, message))
    return problems


def _read(paths: Iterable[str]) -> Iterator[Manifest | ManifestProblem]:
    for path in paths:
        yield from _of_path(Path(path))


def _of_path(path: Path) -> Iterator[Manifest | ManifestProblem]:
    if path.is_dir():
        files = sorted(it for it in path.rglob("*") if it.suffix in _SUFFIXES and it.is_file())
        if not files:
            yield ManifestProblem(_shown(path), 1, "no file that ends in .yaml, .yml or .json")
        for file in files:
            yield from _of_file(file)
    elif path.is_file():
        yield from _of_file(path)
    else:
        yield ManifestProblem(_shown(path), 1, "no such file or folder")


def _of_file(path: Path) -> Iterator[Manifest | ManifestProblem]:
    try:
        documents = read_all(decoded(path.read_bytes()))
    except UnreadableFileError as error:
        yield ManifestProblem(_shown(path), error.line, error.message)
        return
    for document in documents:
        line = line_of(document.root)
        yield from _of_document(_shown(path), line, document)


def _of_document(file: str, line: int, document: Document) -> Iterator[Manifest | ManifestProblem]:
    for mistake in document.mistakes:
        yield ManifestProblem(file, mistake.line or document.line(mistake.keys), mistake.message)
    content = document.data
    if message := _problem(content):
        yield ManifestProblem(file, line, message)
    elif not document.mistakes:
        yield Manifest(file, line, content)


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
    return None


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
