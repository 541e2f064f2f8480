"""Text of manifests as documents: JSON or YAML, with the line of every key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster_policies.manifests.manifest_json import NotJsonError, json_documents
from gpu_cluster_policies.manifests.manifest_yaml import yaml_documents


class ManifestDocument(Protocol):
    """A document of a file."""

    @property
    def data(self) -> Any:
        """Plain data."""
        ...

    @property
    def start(self) -> int:
        """Line on which it begins."""
        ...

    @property
    def diagnostics(self) -> Sequence[Diagnostic]:
        """Keys and values that kubectl would refuse, or take for others than they seem."""
        ...

    def line(self, keys: Keys) -> int:
        """Line of a key, or of the nearest parent that exists."""
        ...


def documents_in(text: str) -> Sequence[ManifestDocument]:
    """Every document that is not empty. `UnreadableError` where the text is neither JSON nor YAML."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            return json_documents(text)
        except NotJsonError:
            text = text.replace("\t", " ")  # JSON may be indented with tabs, which YAML refuses
    return yaml_documents(text)
