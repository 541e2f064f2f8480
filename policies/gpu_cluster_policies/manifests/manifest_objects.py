"""Objects of Kubernetes in a document, and documents that hold none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import did_you_mean
from gpu_cluster_policies.resources.object_kinds import group_of, unknown_in

_KUSTOMIZE = "kustomize.config.k8s.io"
_OF_LISTS = frozenset({"apiVersion", "items", "kind", "metadata"})
_RENDER_HELM = "render it first, such as helm template … | gpu-cluster check -f -"
_RENDER_KUSTOMIZE = "render it first, such as kubectl kustomize … | gpu-cluster check -f -"


class Stranger(NamedTuple):
    """Kind of a document that holds no object."""

    kind: str
    why: str


HELM_TEMPLATE = Stranger("Helm template", _RENDER_HELM)


def stranger(file: str, data: Any) -> Stranger | None:
    """Kind of a document that is neither an object nor an attempt at one; None for others."""
    content = cast(dict[str, Any], data) if isinstance(data, dict) else {}
    if content.get("kind") in ("Kustomization", "Component") and group_of(content) == _KUSTOMIZE:
        return Stranger("kustomization", _RENDER_KUSTOMIZE)
    if file in ("kustomization.yaml", "kustomization.yml") and "kind" not in content:
        return Stranger("kustomization", _RENDER_KUSTOMIZE)
    if file == "Chart.yaml" and "kind" not in content:
        return Stranger("Helm chart", _RENDER_HELM)
    if "kind" in content or "apiVersion" in content:
        return None
    return Stranger("document", "apiVersion and kind are missing; expected a Kubernetes object")


def objects_in(data: Any, keys: Keys = ()) -> Iterator[tuple[Keys, dict[str, Any]]]:
    """Objects of a document with their paths: the document itself, or the items of a list, possibly
    nested. A list with other content may be an object of its own."""
    content = cast(dict[str, Any], data) if isinstance(data, dict) else {}
    if not _is_list(content) or content.keys() - _OF_LISTS:
        yield keys, data
    if not _is_list(content):
        return
    items = content.get("items")
    for index, item in enumerate(cast(list[Any], items) if isinstance(items, list) else ()):
        yield from objects_in(item, (*keys, "items", index))


def diagnostics_in(data: Any, keys: Keys = ()) -> Iterator[Diagnostic]:
    """Reasons why the API server would refuse a document."""
    if not isinstance(data, dict):
        yield Diagnostic(keys, "expected an object with apiVersion and kind")
        return
    content = cast(dict[str, Any], data)
    items = content.get("items")
    if not _is_list(content):
        yield from _of_object(content, keys)
    elif not isinstance(items, list | None):
        yield Diagnostic((*keys, "items"), f"expected a list of objects, got {described(items)}")
    else:
        for index, item in enumerate(cast(list[Any], items or [])):
            yield from diagnostics_in(item, (*keys, "items", index))


def described(value: Any) -> str:
    """The given value, for a message: `a mapping`, `the number 3`, `the text 'a'`."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case str():
            return f"the text {value[:40]!r}"
        case _:
            return f"the number {value}"


def _is_list(content: dict[str, Any]) -> bool:
    """Whether it is a list of objects, by its kind or by its items."""
    kind = content.get("kind")
    if not isinstance(kind, str) or not kind.endswith("List"):
        return False
    return "items" in content or kind == "List"


def _of_object(given: dict[str, Any], keys: Keys) -> Iterator[Diagnostic]:
    for key in ("apiVersion", "kind"):
        if not isinstance(given.get(key), str) or not given[key]:
            yield Diagnostic((*keys, key), "required text is missing; expected a Kubernetes object")
            return
    if "/" not in given["apiVersion"] and given["apiVersion"] != "v1":
        yield Diagnostic(
            (*keys, "apiVersion"), f"expected v1 or <group>/<version>, got '{given['apiVersion'][:40]}'"
        )
        return
    if known := unknown_in(group_of(given) or "", given["kind"]):
        near = did_you_mean(given["kind"], known) or f"; {given['apiVersion']} has {', '.join(sorted(known))}"
        yield Diagnostic((*keys, "kind"), f"unknown kind '{given['kind']}'{near}")
    yield from _of_metadata(given.get("metadata"), (*keys, "metadata"))


def _of_metadata(metadata: Any, keys: Keys) -> Iterator[Diagnostic]:
    if not isinstance(metadata, dict | None):
        yield Diagnostic(keys, f"expected a mapping, got {described(metadata)}")
        return
    given = cast(dict[str, Any], metadata or {})
    for key in ("name", "generateName", "namespace"):
        if not isinstance(given.get(key), str | None):
            yield Diagnostic((*keys, key), f"expected text, got {described(given[key])}; write it in quotes")
    for key in ("labels", "annotations"):
        texts = given.get(key)
        if not isinstance(texts, dict | None):
            yield Diagnostic((*keys, key), f"expected a mapping of text values, got {described(texts)}")
            continue
        for name, text in cast(dict[str, Any], texts or {}).items():
            if not isinstance(text, str | None):
                message = f"expected text, got {described(text)}; write it in quotes"
                yield Diagnostic((*keys, key, name), message)
