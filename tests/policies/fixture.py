"""A file of manifests with what the rules have to say about it, in the comments at its top.

# expect: Pod team/work: spec.hostNetwork is true, should be false
# also: 60-digest-pinned Pod team/work: spec.containers[0].image is …
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from gpu_cluster_policies import Resource
from gpu_cluster_policies.resources.resource import object_of

FIXTURES = Path(__file__).parent / "fixtures"

PROVIDER = Resource(
    "pulumi:providers:aws",
    {
        "region": "us-east-2",
        "defaultTags": {
            "tags": {
                "team": "platform",
                "environment": "prod",
                "cost-centre": "4711",
                "data-class": "confidential",
            }
        },
    },
    "platform-aws",
)


@dataclass(frozen=True)
class Fixture:
    path: Path
    documents: tuple[dict[str, Any], ...]
    """Kubernetes manifests, or `type`, `name`, `properties`, `outputs` and `protected` of what is none.

    What does not say otherwise is protected, and gets the tags of a provider.
    """

    expected: tuple[tuple[str, str], ...]
    """Rule id and text of every finding."""

    @property
    def rule(self) -> str:
        return self.path.parent.name

    @property
    def passes(self) -> bool:
        return self.path.stem.startswith("pass-")

    @property
    def resources(self) -> list[Resource]:
        return resources_of(self.documents)


def resources_of(documents: Iterable[dict[str, Any]]) -> list[Resource]:
    """Resources with a provider that tags everything, unless the documents have a provider."""
    made = [resource_of(document) for document in documents]
    own = any(resource.kind == PROVIDER.kind for resource in made)
    return made if own else [*made, PROVIDER]


def resource_of(document: dict[str, Any]) -> Resource:
    if "kind" not in document:
        return Resource(
            document["type"],
            document["properties"],
            document["name"],
            document.get("outputs", {}),
            protected=document.get("protected", True),
        )
    return object_of(document)


def fixtures() -> list[Fixture]:
    return [read(path) for path in sorted(FIXTURES.glob("*/*.yaml"))]


def read(path: Path) -> Fixture:
    """A fixture file with its expected findings."""
    text = path.read_text()
    documents = tuple(YAML(typ="safe", pure=True).load_all(text))  # pyright: ignore[reportUnknownMemberType]
    return Fixture(path, documents, tuple(_expected(path.parent.name, text)))


def _expected(rule: str, text: str) -> list[tuple[str, str]]:
    expected: list[tuple[str, str]] = []
    for line in text.splitlines():
        if line.startswith("# expect: "):
            expected.append((rule, line.removeprefix("# expect: ")))
        elif line.startswith("# also: "):
            other, _, brief = line.removeprefix("# also: ").partition(" ")
            expected.append((other, brief))
    return expected
