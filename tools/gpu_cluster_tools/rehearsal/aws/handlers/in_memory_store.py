"""In-memory store of the account's own records, kept while its server runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gpu_cluster_tools.rehearsal.aws.api import ApiError

Document = dict[str, Any]
"""A resource, as the API of its service describes it."""


@dataclass(frozen=True)
class InMemoryStore:
    """Documents of one kind by region and name.

    _RULES = InMemoryStore(lambda name: ApiError("RuleNotFoundException", f"The rule {name} does not exist"))
    """

    missing: Callable[[str], ApiError]
    """Error of a name without a record."""

    _documents: dict[tuple[str, str], Document] = field(default_factory=dict[tuple[str, str], Document])

    def put(self, region: str, name: str, document: Document) -> Document:
        self._documents[region, name] = document
        return document

    def has(self, region: str, name: str) -> bool:
        return (region, name) in self._documents

    def get(self, region: str, name: str) -> Document:
        if not self.has(region, name):
            raise self.missing(name)
        return self._documents[region, name]

    def take(self, region: str, name: str) -> Document:
        """Remove and return a document."""
        document = self.get(region, name)
        del self._documents[region, name]
        return document

    def all(self, region: str) -> list[Document]:
        return [document for (there, _), document in self._documents.items() if there == region]

    def chosen(self, region: str, names: list[str] | None) -> list[Document]:
        """Records of these names, or all."""
        return [self.get(region, name) for name in names] if names else self.all(region)
