"""Evidence of a stack for the controls of a framework, and controls that need other evidence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from gpu_cluster.config.compliance import Framework
from gpu_cluster.stack.declared import Declaration
from gpu_cluster_policies.frameworks import CATALOGUES, Catalogue, Control
from gpu_cluster_policies.not_judged import Unseen
from gpu_cluster_policies.reports import Evaluation
from gpu_cluster_policies.rule import NotEvaluated, Rule
from gpu_cluster_policies.waivers import Waiver

T = TypeVar("T")


class Result(StrEnum):
    """Result of a rule, or of all rules that are evidence for a control: the first that one has."""

    BROKEN = "broken"
    NOT_EVALUATED = "not evaluated"
    WAIVED = "waived"
    EXEMPT = "exempt"
    HELD = "held"
    NOTHING = "not applicable to this stack"
    UNCOVERED = "not covered by a rule"


@dataclass(frozen=True, slots=True)
class Exempted:
    """An object of the platform that its component exempts from a rule."""

    rule: str
    resource: str
    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A rule that speaks for a control."""

    rule: Rule
    result: Result
    subjects: int
    """Resources that it looked at."""

    findings: int
    """Findings in them without a waiver."""

    waivers: tuple[Waiver, ...]
    exempt: tuple[Exempted, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessed:
    """A control with its evidence."""

    control: Control
    evidence: tuple[Evidence, ...]

    @property
    def result(self) -> Result:
        found = {each.result for each in self.evidence}
        return next((result for result in Result if result in found), Result.UNCOVERED)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A stack by one framework.

    assessment = assess(judged, Framework.CIS_EKS)
    assessment.counts[Result.HELD]
    """

    stack: str
    framework: Framework
    catalogue: Catalogue
    controls: tuple[Assessed, ...]
    not_judged: tuple[Unseen, ...] = ()
    """Documents that no rule could look at, including waived ones: they may break any control."""

    declared: tuple[Declaration, ...] = ()
    """Parts of the stack that its file declares, beside what the catalog knows."""

    @property
    def counts(self) -> Counter[Result]:
        return Counter(assessed.result for assessed in self.controls)

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """Waivers that the evidence rests on, each once."""
        return _once(waiver for it in self.controls for each in it.evidence for waiver in each.waivers)

    @property
    def exempt(self) -> tuple[Exempted, ...]:
        """Exemptions that its evidence rests on, each once."""
        return tuple(dict.fromkeys(each for it in self.controls for of in it.evidence for each in of.exempt))


def assess(judged: Evaluation, framework: Framework, declared: Iterable[Declaration] = ()) -> Assessment:
    """Controls of the framework, with the results of their rules."""
    catalogue = CATALOGUES[framework]
    record = _Record(judged)
    controls = tuple(
        Assessed(control, tuple(map(record.of, catalogue.evidence(control, judged.pack.rules.values()))))
        for control in catalogue.controls
    )
    unseen = (*judged.not_judged, *judged.not_judged_waived)
    return Assessment(judged.name, framework, catalogue, controls, unseen, tuple(declared))


class _Record:
    """Results of each rule on the stack."""

    def __init__(self, judged: Evaluation) -> None:
        self._resources = judged.resources
        self._found = _by_rule((it.finding.rule.id, it.finding) for it in judged.findings)
        self._waived = _by_rule((it.finding.rule.id, it.waiver) for it in judged.waived)
        self._exempt = _by_rule(
            (
                it.finding.rule.id,
                Exempted(
                    it.finding.rule.id, it.finding.resource, it.exemption.reason if it.exemption else ""
                ),
            )
            for it in judged.exempt
        )
        self._not_judged = {it.rule for it in judged.report.not_judged}
        self._known: dict[str, Evidence] = {}

    def of(self, rule: Rule) -> Evidence:
        if rule.id not in self._known:
            self._known[rule.id] = self._evidence(rule)
        return self._known[rule.id]

    def _evidence(self, rule: Rule) -> Evidence:
        found = self._found.get(rule.id, ())
        waivers = _once(it for it in self._waived.get(rule.id, ()) if it)
        exempt = tuple(dict.fromkeys(self._exempt.get(rule.id, ())))
        subjects = sum(rule.concerns(resource) for resource in self._resources)
        result = _result(found, waivers, exempt, subjects, judged=rule.id not in self._not_judged)
        return Evidence(rule, result, subjects, len(found), waivers, exempt)


def _result(
    found: Sequence[object],
    waivers: Sequence[Waiver],
    exempt: Sequence[Exempted],
    subjects: int,
    *,
    judged: bool,
) -> Result:
    if found and all(isinstance(finding, NotEvaluated) for finding in found):
        return Result.NOT_EVALUATED
    if found:
        return Result.BROKEN
    if not judged:
        return Result.NOT_EVALUATED
    if waivers:
        return Result.WAIVED
    if exempt:
        return Result.EXEMPT
    return Result.HELD if subjects else Result.NOTHING


def _once(waivers: Iterable[Waiver]) -> tuple[Waiver, ...]:
    return tuple({id(waiver): waiver for waiver in waivers}.values())


def _by_rule(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: defaultdict[str, list[T]] = defaultdict(list)
    for rule, each in pairs:
        found[rule].append(each)
    return found
