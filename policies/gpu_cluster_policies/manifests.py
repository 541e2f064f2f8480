"""Plain Kubernetes manifests, as rules look at them: files, folders and what is piped in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from gpu_cluster.stack.diagnostic import FileError, Keys, LocatedDiagnostic, dotted
from gpu_cluster.stack.document import Document, UnreadableFileError, decoded, read_all
from gpu_cluster.stack.suggestions import did_you_mean
from gpu_cluster.stack.yaml_nodes import line_of
from gpu_cluster_policies.field import keys_of
from gpu_cluster_policies.place import Place
from gpu_cluster_policies.rule import Finding
from gpu_cluster_policies.subject import Resource

STDIN = "<stdin>"
_SUFFIXES = (".yaml", ".yml", ".json")
_KINDS = {
    "v1": "Binding ConfigMap Endpoints Event LimitRange List Namespace Node PersistentVolume "
    "PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount",
    "apps/v1": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
    "batch/v1": "CronJob Job",
}
"""What there is in the groups that run pods (Kubernetes 1.35): a misspelt kind would pass every rule."""


class ManifestError(FileError):
    """Manifests that cannot be judged, with everything that is wrong with them."""


@dataclass(frozen=True, slots=True)
class _Origin:
    file: str
    document: Document
    keys: Keys
    """Of the object in its document: empty, or within a list."""


@dataclass(frozen=True, slots=True)
class Manifests:
    """Objects with the place of every property.

    manifests = manifests_in({"pod.yaml": b"kind: Pod …"})
    report = pack_of("prod").check(manifests.resources)
    manifests.of(report.findings[0])  # pod.yaml:7 spec.hostNetwork
    """

    resources: list[Resource]
    _origins: dict[int, _Origin]
    """By identity of the resource: the same object may stand in two files."""

    def of(self, finding: Finding) -> Place:
        """Line of the property, or of the nearest parent where it is not set."""
        origin = self._origins[id(self._named(finding))]
        keys = (*origin.keys, *keys_of(finding.path))
        known = origin.document.node(keys[: len(origin.keys) + 1])
        line = origin.document.line(keys) if known else _start(origin)
        return Place(origin.file, line, finding.path)

    def _named(self, finding: Finding) -> Resource:
        """What the finding names: mostly what was judged."""
        if finding.resource == finding.judged.address:
            return finding.judged
        named = (resource for resource in self.resources if resource.address == finding.resource)
        return next(named, finding.judged)


def contents_of(paths: Sequence[Path]) -> dict[str, bytes]:
    """What these files hold, and the YAML and JSON files in these folders, at any depth.

    `ManifestError` names each that is missing, cannot be read, or holds none.
    """
    contents: dict[str, bytes] = {}
    problems: list[LocatedDiagnostic] = []
    for path in paths:
        files = sorted(_files_in(path)) if path.is_dir() else [path]
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
        raise ManifestError(tuple(problems))
    return contents


def manifests_in(contents: dict[str, bytes]) -> Manifests:
    """The objects of files by their names. `ManifestError` with everything that is wrong with all of them."""
    problems: list[LocatedDiagnostic] = []
    resources: list[Resource] = []
    origins: dict[int, _Origin] = {}
    for file, content in contents.items():
        try:
            documents = _documents(content)
        except UnreadableFileError as error:
            problems.append(LocatedDiagnostic(file, error.line, "", error.message))
            continue
        for document in documents:
            for mistake in document.mistakes:
                line = mistake.line or document.line(mistake.keys)
                problems.append(LocatedDiagnostic(file, line, dotted(mistake.keys), mistake.message))
            for keys, content_of_object in _objects(document.data, ()):
                origin = _Origin(file, document, keys)
                if problem := _problem(origin, content_of_object):
                    problems.append(problem)
                    continue
                resource = Resource(content_of_object["kind"], content_of_object, _name(content_of_object))
                resources.append(resource)
                origins[id(resource)] = origin
    if problems:
        raise ManifestError(tuple(problems))
    return Manifests(resources, origins)


def _files_in(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*") if file.suffix in _SUFFIXES and file.is_file())


def _unreadable(file: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        there = sorted(other.name for other in file.parent.glob("*"))
        return f"no such file or folder{did_you_mean(file.name, there)}"
    return f"the file cannot be read: {error.strerror}"


def _documents(content: bytes) -> list[Document]:
    text = decoded(content)
    if text.lstrip()[:1] in ("{", "["):
        text = text.replace(
            "\t", " "
        )  # JSON may be indented with tabs, which YAML refuses; in text it has none
    try:
        return read_all(text)
    except UnreadableFileError as error:
        if "{{" in text:
            hint = "a template has to be rendered first, such as helm template … | gpu-cluster check -f -"
            raise UnreadableFileError(error.line, f"{error.message}; {hint}") from None
        raise


def _objects(content: Any, keys: Keys) -> Iterator[tuple[Keys, Any]]:
    """The objects of a document: itself, or the items of a list, which may be lists."""
    if not isinstance(content, dict):
        yield keys, content
        return
    found = cast(dict[str, Any], content)
    items = found.get("items")
    if str(found.get("kind", "")).endswith("List") and isinstance(items, list):
        for index, item in enumerate(cast(list[Any], items)):
            yield from _objects(item, (*keys, "items", index))
    else:
        yield keys, found


def _problem(origin: _Origin, content: Any) -> LocatedDiagnostic | None:
    """Why something is no object of Kubernetes."""
    if not isinstance(content, dict):
        return LocatedDiagnostic(
            origin.file, _start(origin), dotted(origin.keys), "expected an object with apiVersion and kind"
        )
    given = cast(dict[str, Any], content)
    for key in ("apiVersion", "kind"):
        if not isinstance(given.get(key), str):
            line = origin.document.line((*origin.keys, key)) if key in given else _start(origin)
            return LocatedDiagnostic(
                origin.file,
                line,
                dotted((*origin.keys, key)),
                "required text is missing: no object of Kubernetes",
            )
    known = _KINDS.get(given["apiVersion"], str(given["kind"])).split()
    if given["kind"] not in known:
        keys = (*origin.keys, "kind")
        near = did_you_mean(given["kind"], known) or f"; {given['apiVersion']} has {', '.join(known)}"
        return LocatedDiagnostic(
            origin.file, origin.document.line(keys), dotted(keys), f"unknown kind '{given['kind']}'{near}"
        )
    return None


def _name(content: dict[str, Any]) -> str:
    """What to call an object that the API server is to name."""
    metadata = content.get("metadata")
    prefix = cast(dict[str, Any], metadata).get("generateName") if isinstance(metadata, dict) else None
    return f"{prefix}…" if isinstance(prefix, str) else "(no name)"


def _start(origin: _Origin) -> int:
    node = origin.document.node(origin.keys)
    return line_of(node) if node else 1
