"""Objects, files and properties that no rule could evaluate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gpu_cluster_policies.resources.base64_text import decoded
from gpu_cluster_policies.resources.kinds_without_rule import UNSEEN_KINDS
from gpu_cluster_policies.resources.origin import is_extra, is_of_platform
from gpu_cluster_policies.resources.property import NotKnownError, UnreadableError
from gpu_cluster_policies.resources.resource import Resource
from gpu_cluster_policies.resources.resource_types import JUDGED_IN_PART, WITHOUT_RULE
from gpu_cluster_policies.resources.secret_inputs import input_from_program
from gpu_cluster_policies.resources.secret_manifest import unrecognised_value
from gpu_cluster_policies.resources.unseen_permissions import unseen_permission
from gpu_cluster_policies.resources.unseen_pod_settings import unseen_in_pod
from gpu_cluster_policies.resources.unseen_settings import holds_pod
from gpu_cluster_policies.rule import Finding
from gpu_cluster_policies.source_location import SourceLocation

if TYPE_CHECKING:
    from gpu_cluster_policies.waivers import Waiver

NOT_JUDGED = "not-judged"
"""Id of the engine's policy, and of waivers, for objects that no rule has seen."""

_CHART = "kubernetes:helm.sh/v4:Chart"
_TEXTS = {"ConfigMap": ("data", "binaryData"), "Secret": ("stringData", "data")}
_ENCODED = frozenset({("ConfigMap", "binaryData"), ("Secret", "data")})
"""Fields of known kinds with text that programs in the cluster may apply."""

_CLOUDS = ("aws:", "aws-native:", "azure-native:", "azure:", "gcp:", "google-native:", "oci:")
"""Pulumi packages of clouds; rules know some types of aws."""

_OF_ACCOUNT = "kubernetes.io/service-account-token"
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

    waiver: Waiver | None = field(default=None, compare=False)
    """Waiver of a user who has reviewed it; it remains listed."""

    @property
    def brief(self) -> str:
        waived = f" ({self.waiver.brief})" if self.waiver else ""
        return f"{self.resource}: not judged: {self.why}{waived}"


@dataclass(frozen=True, slots=True)
class Unseen:
    """An object, a document or a file that was not judged, with its place."""

    kind: str
    """Kind of the document, such as `Queue` or `kustomization`."""

    resource: str
    """Address, or name of the file."""

    why: str
    place: SourceLocation
    waiver: Waiver | None = None
    """Waiver of a user who has reviewed it."""

    @property
    def brief(self) -> str:
        """The reason, and the waiver if there is one."""
        return f"{self.why}; {self.waiver.brief}" if self.waiver else self.why


def not_judged(resource: Resource) -> NotJudged | None:
    """Reason why rules could not evaluate all pods of a Kubernetes object, if any.

    What cannot be read, or is unknown, is a finding of the rules about pods instead.
    """
    if resource.kind == _CHART and is_extra(resource.urn):
        why = "its objects are rendered only during an update"
        return NotJudged("chart", f"chart {resource.address.rpartition(' ')[2]}", why, resource)
    try:
        if resource.makes_pods:
            why = _unseen_in_pods(resource)
        else:
            why = _unseen_in_known(resource) or _unseen_in_input(resource)
    except (NotKnownError, UnreadableError):
        return None
    return NotJudged(resource.kind, resource.address, why, resource) if why else None


def of_unknown_type(resource: Resource, known: Container[str]) -> NotJudged | None:
    """A cloud resource of a type that no rule is about, or not with all that it does, such as a database."""
    kind = resource.kind
    if kind in JUDGED_IN_PART:
        why = "rules judge only its regions and its protection"
        return NotJudged(kind, resource.address, why, resource)
    if not kind.startswith(_CLOUDS) or kind in known or kind in WITHOUT_RULE:
        return None
    return NotJudged(kind, resource.address, "no rule is about this type", resource)


def _unseen_in_pods(resource: Resource) -> str:
    """Why an object may create pods with more than rules see; empty if it does not."""
    if why := resource.templates.unseen:
        return why
    if is_of_platform(resource.urn):
        return ""
    return next((why for pod in resource.pods if (why := unseen_in_pod(pod))), "")


def _unseen_in_known(resource: Resource) -> str:
    """Why an object of a known kind has an effect that rules do not see; empty if it has none."""
    if is_of_platform(resource.urn):
        return ""
    if why := UNSEEN_KINDS.get(resource.kind):
        return why
    if resource.kind == "Certificate" and resource.at("spec", "isCA").value is True:
        return "it is an authority that signs other certificates"
    if resource.kind == "ClusterRole":
        return unseen_permission(resource)
    for key in _TEXTS.get(resource.kind, ()):
        for _, entry in resource.at(key).entries():
            if holds_pod(_text(entry.content, encoded=(resource.kind, key) in _ENCODED)):
                return f"{entry.path} holds a pod as text"
    return _unseen_in_secret(resource) if resource.kind == "Secret" else ""


def _unseen_in_input(resource: Resource) -> str:
    """Why a secret may be written in a program; empty if it is not. Rule 62 judges those of manifests."""
    if resource.kind == "Secret" and (not resource.urn or is_extra(resource.urn)):
        return ""
    if is_of_platform(resource.urn):
        return ""
    key = input_from_program(resource)
    return f"{key} is set by the program, which may contain the secret as text" if key else ""


def _unseen_in_secret(secret: Resource) -> str:
    if secret.at("type").value == _OF_ACCOUNT:
        return "it gets a token that does not expire"
    value = unrecognised_value(secret)
    return f"{value.path} is written out, and may be a secret" if value else ""


def _text(content: Any, *, encoded: bool) -> str:
    if not isinstance(content, str):
        return ""
    return decoded(content) if encoded else content


def not_judged_by_rule(finding: Finding) -> NotJudged:
    """A property that a rule could not judge, counted by the rule."""
    why = f"{finding.path} is {finding.actual}, should be {finding.expected}"
    return NotJudged(finding.rule.id, finding.resource, why, finding.judged, finding.path, finding.rule.id)


def counted(kinds: Iterable[str]) -> str:
    """Kinds with their counts, such as twice `Queue` and a kustomization, by name."""
    return ", ".join(f"{kind} {_TIMES} {count}" for kind, count in sorted(Counter(kinds).items()))
