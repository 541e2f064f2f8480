"""Plain Kubernetes manifests as resources of rules, from files, folders or stdin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from gpu_cluster.file_path import is_folder
from gpu_cluster.stack.diagnostic import Diagnostic, FileError, Keys, LocatedDiagnostic, dotted
from gpu_cluster.stack.document import UnreadableFileError, decoded
from gpu_cluster.stack.suggestions import did_you_mean
from gpu_cluster_policies.manifests.manifest_objects import (
    HELM_TEMPLATE,
    Stranger,
    diagnostics_in,
    objects_in,
    stranger,
)
from gpu_cluster_policies.manifests.manifest_text import ManifestDocument, documents_in
from gpu_cluster_policies.not_judged import Unseen
from gpu_cluster_policies.resources.property import keys_of
from gpu_cluster_policies.resources.resource import Resource, object_of
from gpu_cluster_policies.source_location import Located, SourceLocation

STDIN = "<stdin>"
_SUFFIXES = (".yaml", ".yml", ".json")
_TEMPLATE = b"{{"


class ManifestError(FileError):
    """Manifests that cannot be judged, with everything that is wrong with them."""


@dataclass(frozen=True, slots=True)
class _Origin:
    file: str
    document: ManifestDocument
    keys: Keys
    """Path of the object in its document: empty, or within a list."""


@dataclass(frozen=True, slots=True)
class Manifests:
    """Objects with the place of every property.

    manifests = manifests_in({"pod.yaml": b"kind: Pod …"})
    report = pack_of("prod").check(manifests.resources)
    manifests.of(report.findings[0])  # pod.yaml:7 spec.hostNetwork
    """

    resources: list[Resource]
    _origins: dict[int, _Origin]
    """Sources by identity of the resource: the same Kubernetes object may be in two files."""

    unread: tuple[Unseen, ...] = ()
    """Files, and documents in them, that hold no object of Kubernetes."""

    def of(self, finding: Located) -> SourceLocation:
        """Line of the property, or of the nearest parent where it is not set."""
        origin = self._origins[id(self._named(finding))]
        line = origin.document.line((*origin.keys, *keys_of(finding.path)))
        return SourceLocation(origin.file, line, finding.path)

    def _named(self, finding: Located) -> Resource:
        """The object that a finding names: mostly the one that was judged."""
        if finding.resource == finding.judged.address:
            return finding.judged
        named = (resource for resource in self.resources if resource.address == finding.resource)
        return next(named, finding.judged)


def contents_of(paths: Sequence[Path]) -> dict[str, bytes]:
    """Contents of these files, and of the YAML and JSON files in these folders, at any depth.

    `ManifestError` names each that is missing, cannot be read, or holds none, and errors in the others.
    """
    contents: dict[str, bytes] = {}
    problems: list[LocatedDiagnostic] = []
    for path in paths:
        files = sorted(_files_in(path)) if is_folder(path) else [path]
        if not files:
            problems.append(
                LocatedDiagnostic(str(path), 1, "", f"no {', '.join(_SUFFIXES)} file in this folder")
            )
        for file in files:
            try:
                contents[str(file)] = file.read_bytes()
            except OSError as error:
                problems.append(LocatedDiagnostic(str(file), 1, "", _unreadable(file, error)))
    if problems:
        raise ManifestError((*problems, *_Reading.of(contents).problems))
    return contents


def manifests_in(contents: dict[str, bytes]) -> Manifests:
    """The objects of files by their names. `ManifestError` with everything that is wrong with all of them.

    A file that holds nothing is wrong only where no other holds anything.
    """
    reading = _Reading.of(contents)
    if not (reading.resources or reading.unread):
        reading.problems += reading.empty
    if reading.problems:
        raise ManifestError(tuple(reading.problems))
    return Manifests(reading.resources, reading.origins, tuple(reading.unread))


class _Reading:
    """Files as they are read: their objects, their errors, and documents that are not objects."""

    def __init__(self) -> None:
        self.resources: list[Resource] = []
        self.origins: dict[int, _Origin] = {}
        self.unread: list[Unseen] = []
        self.problems: list[LocatedDiagnostic] = []
        self.empty: list[LocatedDiagnostic] = []

    @classmethod
    def of(cls, contents: dict[str, bytes]) -> _Reading:
        reading = cls()
        for file, content in contents.items():
            reading.file(file, content)
        return reading

    def file(self, file: str, content: bytes) -> None:
        documents: Sequence[ManifestDocument] = ()
        diagnostics: list[Diagnostic] = []
        try:
            documents = documents_in(decoded(content))
            name = Path(file).name
            objects = [document for document in documents if not stranger(name, document.data)]
            diagnostics = [
                _placed(diagnostic, document) for document in objects for diagnostic in document.diagnostics
            ]
        except UnreadableFileError as error:
            diagnostics.append(Diagnostic((), error.message, error.line))
        if diagnostics and _TEMPLATE in content:
            first = diagnostics[0]
            self._unseen(HELM_TEMPLATE, file, first.line or 1)
            return
        if not documents and not diagnostics:
            self.empty.append(LocatedDiagnostic(file, 1, "", "the file is empty"))
        self._problems(file, diagnostics)
        for document in documents:
            self._document(file, document)

    def _document(self, file: str, document: ManifestDocument) -> None:
        if found := stranger(Path(file).name, document.data):
            self._unseen(found, file, document.start)
            return
        diagnostics = [_placed(diagnostic, document) for diagnostic in diagnostics_in(document.data)]
        self._problems(file, diagnostics)
        if diagnostics:
            return
        for keys, content in objects_in(document.data):
            resource = object_of(content, _name(content))
            self.resources.append(resource)
            self.origins[id(resource)] = _Origin(file, document, keys)

    def _problems(self, file: str, diagnostics: Sequence[Diagnostic]) -> None:
        self.problems += (
            LocatedDiagnostic(file, it.line or 1, dotted(it.keys), it.message) for it in diagnostics
        )

    def _unseen(self, found: Stranger, file: str, line: int) -> None:
        self.unread.append(Unseen(found.kind, Path(file).name, found.why, SourceLocation(file, line, "")))


def _placed(diagnostic: Diagnostic, document: ManifestDocument) -> Diagnostic:
    return diagnostic._replace(line=diagnostic.line or document.line(diagnostic.keys))


def _files_in(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*") if file.suffix in _SUFFIXES and file.is_file())


def _unreadable(file: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        there = sorted(other.name for other in file.parent.glob("*"))
        return f"no such file or folder{did_you_mean(file.name, there)}"
    return f"the file cannot be read: {error.strerror}"


def _name(content: dict[str, Any]) -> str:
    """Name of an object that the API server is to name."""
    metadata = content.get("metadata")
    prefix = cast(dict[str, Any], metadata).get("generateName") if isinstance(metadata, dict) else None
    return f"{prefix}…" if isinstance(prefix, str) else "(no name)"
