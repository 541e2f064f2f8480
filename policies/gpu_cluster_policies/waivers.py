"""`waivers.yaml`: accepted findings, and reviewed objects without rules, with an owner and an expiry date."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, cast

from pydantic import AfterValidator, ValidationInfo

from gpu_cluster.catalog.today import today
from gpu_cluster.config.section import Settings
from gpu_cluster.stack.diagnostic import Keys, LocatedDiagnostic, dotted
from gpu_cluster.stack.document import Document
from gpu_cluster.stack.suggestions import did_you_mean
from gpu_cluster_policies.not_judged import NOT_JUDGED, NotJudged
from gpu_cluster_policies.policy_file import FOLDER, load, shown
from gpu_cluster_policies.resources.kinds_without_rule import UNSEEN_KINDS
from gpu_cluster_policies.resources.object_kinds import is_known
from gpu_cluster_policies.rule import Finding

_KIND = r"[A-Za-z0-9:/._-]+"
_RESOURCE = re.compile(rf"{_KIND} ([a-z0-9.-]+/)?[A-Za-z0-9._:-][A-Za-z0-9._:*-]*")
_WHOLE_KIND = re.compile(rf"({_KIND}) \*")
_ROLE = re.compile(r"[a-z]+(-[a-z]+)*")
_REASON = 20  # characters below which nothing has been explained


def _resource(text: str, info: ValidationInfo) -> str:
    whole = _WHOLE_KIND.fullmatch(text) if info.data.get("rule") == NOT_JUDGED else None
    if whole and is_known(whole[1]) and whole[1] not in UNSEEN_KINDS:
        raise ValueError(f"a name or namespace/name, because rules judge other objects of kind {whole[1]}")
    if not whole and not _RESOURCE.fullmatch(text):
        raise ValueError("a kind and namespace/name, with * only after the start of the name")
    return text


def _role(text: str) -> str:
    if not _ROLE.fullmatch(text):
        raise ValueError("the responsible role, such as platform")
    return text


def _reason(text: str) -> str:
    if len(text.strip()) < _REASON:
        raise ValueError("a sentence with the reason")
    return text


def _some(stacks: tuple[str, ...]) -> tuple[str, ...]:
    if not stacks:
        raise ValueError("at least one stack")
    return stacks


def _known(text: str, info: ValidationInfo) -> str:
    rules = (*cast(Collection[str], info.context), NOT_JUDGED)
    if text not in rules:
        raise ValueError(f"the id of a rule{did_you_mean(text, rules)}")
    return text


class Waiver(Settings):
    """A finding that is accepted, or a reviewed object that no rule judges."""

    rule: Annotated[str, AfterValidator(_known)]
    """Id of the rule, such as 50-no-host-access; `not-judged` for objects that no rule judges."""

    resource: Annotated[str, AfterValidator(_resource)]
    """Resource as in findings, such as `DaemonSet gpu-system/nvidia-device-plugin-*`. With `not-judged` also
    a whole kind, such as `Queue *`."""

    stacks: Annotated[tuple[str, ...], AfterValidator(_some)]
    """Stacks in which it applies; * is a wildcard."""

    owner: Annotated[str, AfterValidator(_role)]
    """The role that answers for it."""

    reason: Annotated[str, AfterValidator(_reason)]
    """Reason for the waiver."""

    expires: date
    """Last day on which it holds."""

    @property
    def brief(self) -> str:
        return f"waived by {self.owner} until {self.expires}: {self.reason}"

    def covers(self, found: Finding | NotJudged) -> bool:
        rule = found.rule.id if isinstance(found, Finding) else found.rule or NOT_JUDGED
        return self.rule == rule and fnmatchcase(found.resource, self.resource)


class _WaiverFile(Settings):
    waivers: tuple[Waiver, ...]


@dataclass(frozen=True)
class Waivers:
    """The waivers of a file, as they are on a day.

    waivers = project_waivers(project, rule_ids)
    open = [finding for finding in findings if not waivers.covering(finding, "prod")]
    stale = list(waivers.problems("prod", findings, rule_ids))
    """

    file: str
    today: date
    entries: tuple[Waiver, ...]
    _document: Document | None
    """None without a waivers file."""

    def covering(self, found: Finding | NotJudged, stack: str) -> Waiver | None:
        """The waiver that holds for a finding today, if any."""
        holding = (waiver for _, waiver in self._of(stack) if waiver.expires >= self.today)
        return next((waiver for waiver in holding if waiver.covers(found)), None)

    def problems(
        self, stack: str, findings: Iterable[Finding | NotJudged], rules: Collection[str]
    ) -> Iterator[LocatedDiagnostic]:
        """Waivers of the stack that have expired, or that none of all findings of these rules needs."""
        found = list(findings)
        for index, waiver in self._of(stack):
            if waiver.rule not in rules:
                continue
            subject = f"{waiver.rule} on {waiver.resource}"
            if waiver.expires < self.today:
                reviewed = waiver.rule == NOT_JUDGED
                todo = f"review {waiver.resource} again and" if reviewed else f"comply with {subject}, or"
                message = f"expired on {waiver.expires}: {todo} ask {waiver.owner} to renew it"
                yield self._problem(("waivers", index, "expires"), message)
            elif not any(waiver.covers(finding) for finding in found):
                message = f"{subject} has no finding in stack {stack}; remove the waiver"
                yield self._problem(("waivers", index), message)

    def _of(self, stack: str) -> Iterator[tuple[int, Waiver]]:
        for index, waiver in enumerate(self.entries):
            if any(fnmatchcase(stack, pattern) for pattern in waiver.stacks):
                yield index, waiver

    def _problem(self, keys: Keys, message: str) -> LocatedDiagnostic:
        return LocatedDiagnostic(
            self.file, self._document.line(keys) if self._document else 0, dotted(keys), message
        )


@cache
def project_waivers(project: Path | None, rules: frozenset[str]) -> Waivers:
    """The waivers of a project, today; none if it has no policies/waivers.yaml."""
    file = project / FOLDER / "waivers.yaml" if project else None
    if file is None or not file.is_file():
        return Waivers(f"{FOLDER}/waivers.yaml", today(), (), None)
    return load_waivers(file, rules, today())


def load_waivers(path: Path, rules: Collection[str], today: date) -> Waivers:
    """The file's waivers of these rules. `PolicyFileError` names every error with its line and key."""
    content, document = load(path, _WaiverFile, context=rules)
    return Waivers(shown(path), today, content.waivers, document)
