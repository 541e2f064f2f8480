"""Objects, files and properties that no rule could evaluate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from gpu_cluster_policies.property import NotKnownError, UnreadableError
from gpu_cluster_policies.resource import Resource
from gpu_cluster_policies.rule import Finding
from gpu_cluster_policies.source_location import SourceLocation

_CHART = "kubernetes:helm.sh/v4:Chart"
_OF_THE_USER = "gpu-cluster:index:Extras$"
"""Part of the addresses below the component that creates extras."""

_TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True)
class NotJudged:
    """An object that may hold pods which no rule has seen, or a property that a rule could not judge."""

    kind: str
    """Kind of the object, such as `Queue`, or id of the rule."""

    resource: str
    """Address, such as `Queue team/jobs`."""

    why: str

    judged: Resource = field(compare=False, repr=False)
    path: str = ""
    rule: str = ""
    """Id of the rule that could not judge it; empty if none has seen it."""

    @property
    def brief(self) -> str:
        return f"{self.resource}: not judged: {self.why}"


@dataclass(frozen=True, slots=True)
class Unseen:
    """An object, a document or a file that was not judged, with its place."""

    kind: str
    """Kind of the document, such as `Queue` or `kustomization`."""

    resource: str
    """Address, or name of the file."""

    why: str
    place: SourceLocation


def not_judged(resource: Resource) -> NotJudged | None:
    """Reason why rules could not evaluate all pods of a Kubernetes object, if any.

    What cannot be read, or is unknown, is a finding of the rules about pods instead.
    """
    if resource.kind == _CHART and _OF_THE_USER in resource.urn:
        why = "its objects are rendered only during an update"
        return NotJudged("chart", f"chart {resource.address.rpartition(' ')[2]}", why, resource)
    if not resource.makes_pods:
        return None
    try:
        why = resource.templates.unseen
    except (NotKnownError, UnreadableError):
        return None
    return NotJudged(resource.kind, resource.address, why, resource) if why else None


def not_judged_by_rule(finding: Finding) -> NotJudged:
    """A property that a rule could not judge, counted by the rule."""
    why = f"{finding.path} is {finding.actual}, should be {finding.expected}"
    return NotJudged(finding.rule.id, finding.resource, why, finding.judged, finding.path, finding.rule.id)


def counted(kinds: Iterable[str]) -> str:
    """Kinds with their counts, such as twice `Queue` and a kustomization, by name."""
    return ", ".join(f"{kind} {_TIMES} {count}" for kind, count in sorted(Counter(kinds).items()))
