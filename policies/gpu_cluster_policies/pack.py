"""The rules that apply to one stack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from gpu_cluster.exemption import Exemption
from gpu_cluster.project import project_above
from gpu_cluster.stack.diagnostic import LocatedDiagnostic
from gpu_cluster_policies.context import EvaluationContext, context_of
from gpu_cluster_policies.not_judged import (
    NOT_JUDGED,
    NotJudged,
    not_judged,
    not_judged_by_rule,
    of_unknown_type,
)
from gpu_cluster_policies.preview import Step
from gpu_cluster_policies.rendered import Rendered
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.resource import Resource
from gpu_cluster_policies.rule import Finding, Level, NotJudgedFinding, Rule
from gpu_cluster_policies.rules import all_rules
from gpu_cluster_policies.waivers import Waiver, Waivers, project_waivers

if TYPE_CHECKING:
    from gpu_cluster.plan import Registered


_OF_ALL_DATA = "88-protected"


@dataclass(frozen=True)
class Pack:
    """Rules, waivers and exemptions of a stack, by the engine or on a plan.

    report = pack_of("prod").check(resources)
    report.findings        # not waived
    report.stale           # waivers that have expired or are needed no more
    """

    stack: str
    production: bool
    rules: Mapping[str, Rule]
    """Rules by ID."""

    waivers: Waivers
    rendered: Rendered
    """Objects that the platform renders from the stack file; its components declare their exemptions."""

    _by_kind: dict[str, tuple[Rule, ...]] = field(default_factory=dict[str, tuple[Rule, ...]], repr=False)

    def stops(self, rule: Rule) -> bool:
        """Whether a finding of the rule stops an update of this stack."""
        return rule.level is Level.MANDATORY or (rule.level is Level.PRODUCTION and self.production)

    def findings(self, rule: Rule, resource: Resource, inventory: Inventory) -> Iterator[Finding]:
        """Findings of the rule in a resource that are neither exempt nor waived."""
        return (it for it in self._open(rule, resource, inventory) if not isinstance(it, NotJudgedFinding))

    def not_judged(self, resource: Resource, inventory: Inventory) -> Iterator[NotJudged]:
        """The object if rules saw it in part, and properties without a waiver that rules could not judge."""
        if unseen := self._unseen(resource):
            yield unseen
        for rule in self._rules_for(resource.kind):
            if rule.can_abstain:
                found = self._open(rule, resource, inventory)
                yield from (not_judged_by_rule(it) for it in found if isinstance(it, NotJudgedFinding))

    def _unseen(self, resource: Resource) -> NotJudged | None:
        unseen = not_judged(resource) or of_unknown_type(resource, self._types)
        return replace(unseen, waiver=self.waivers.covering(unseen, self.stack)) if unseen else None

    @cached_property
    def _types(self) -> frozenset[str]:
        """Types of cloud resources that rules are about; 88 is about every type with data."""
        return frozenset[str]().union(*(it.kinds for it in self.rules.values() if it.id != _OF_ALL_DATA))

    def _open(self, rule: Rule, resource: Resource, inventory: Inventory) -> Iterator[Finding]:
        for finding in rule.findings(resource, inventory):
            if not self.rendered.exemption(finding) and not self.waivers.covering(finding, self.stack):
                yield finding

    def check(self, resources: Iterable[Resource]) -> Report:
        """Judge all resources of the stack by all rules."""
        every = list(resources)
        inventory = Inventory(every)
        found = [
            finding
            for resource in every
            for rule in self._rules_for(resource.kind)
            for finding in rule.findings(resource, inventory)
        ]
        return self._report(found, [it for it in map(self._unseen, every) if it], of_operations=False)

    def gate(self, steps: Iterable[Step]) -> Report:
        """Judge the steps of an update by the rules of operations. A replacement is found once."""
        rules = [rule for rule in self.rules.values() if rule.of_operations]
        every = (finding for step in steps for rule in rules for finding in rule.findings_in(step))
        found = list(
            {(finding.rule.id, finding.resource, finding.path): finding for finding in every}.values()
        )
        return self._report(found, (), of_operations=True)

    def _report(
        self, found: Sequence[Finding], unseen: Sequence[NotJudged], *, of_operations: bool
    ) -> Report:
        """Findings of one kind of rules, with and without a waiver, and unused waivers."""
        exempt = [(finding, self.rendered.exemption(finding)) for finding in found]
        found = [finding for finding, exemption in exempt if not exemption]
        judged = [(finding, self.waivers.covering(finding, self.stack)) for finding in found]
        rules = {rule.id for rule in self.rules.values() if rule.of_operations == of_operations}
        rules |= set() if of_operations else {NOT_JUDGED}
        open_ = [finding for finding, waiver in judged if not waiver]
        return Report(
            tuple(it for it in open_ if not isinstance(it, NotJudgedFinding)),
            tuple(Waived(finding, waiver) for finding, waiver in judged if waiver),
            tuple(self.waivers.problems(self.stack, [*found, *unseen], rules)),
            tuple(Exempt(finding, exemption) for finding, exemption in exempt if exemption),
            (
                *(it for it in unseen if not it.waiver),
                *(not_judged_by_rule(it) for it in open_ if isinstance(it, NotJudgedFinding)),
            ),
            tuple(it for it in unseen if it.waiver),
        )

    def _rules_for(self, kind: str) -> tuple[Rule, ...]:
        """The rules that may find something in a resource of this kind."""
        if kind not in self._by_kind:
            self._by_kind[kind] = tuple(rule for rule in self.rules.values() if rule.judges(kind))
        return self._by_kind[kind]


@dataclass(frozen=True, slots=True)
class Waived:
    """Waived finding with its waiver."""

    finding: Finding
    waiver: Waiver


@dataclass(frozen=True, slots=True)
class Exempt:
    """A finding in an object of the platform that its component declares, with the reason."""

    finding: Finding
    exemption: Exemption


@dataclass(frozen=True, slots=True)
class Report:
    findings: tuple[Finding, ...]
    """Findings without a waiver."""

    waived: tuple[Waived, ...]

    stale: tuple[LocatedDiagnostic, ...]
    """Waivers that have expired or that nothing needs."""

    exempt: tuple[Exempt, ...] = ()
    """Findings in what the platform itself installs, each covered by an exemption of its component."""

    not_judged: tuple[NotJudged, ...] = ()
    """Objects that no rule could look at, or not at all of their pods, and what a rule could not judge."""

    not_judged_waived: tuple[NotJudged, ...] = ()
    """Objects that no rule could look at, and that a waiver accepts."""


def strictest() -> Pack:
    """The pack for manifests without a stack: production's rules, no waivers, no exemptions."""
    pack = pack_of("")
    return replace(pack, production=True, waivers=replace(pack.waivers, entries=()))


def pack_of(stack: str, project: Path | None = None) -> Pack:
    """The pack for a stack of a project, by default of that of the working directory.

    Without a project the default settings hold. `PolicyFileError` if the settings or waivers are wrong.
    """
    return _pack_of(stack, project or project_above(Path.cwd()))


@cache
def _pack_of(stack: str, project: Path | None) -> Pack:
    context = context_of(stack, project)
    return pack_with(context, Rendered(context.file, partial(_planned, stack, project)))


def _planned(stack: str, project: Path | None) -> Sequence[Registered]:
    from gpu_cluster_policies.plan_fallback import planned_resources  # loads Pulumi, at the first finding

    return planned_resources(stack, project) if project else ()


def pack_with(context: EvaluationContext, rendered: Rendered) -> Pack:
    """The pack for a stack whose file is already read and planned."""
    rules = {rule.id: rule for rule in all_rules(context)}
    waivers = project_waivers(context.project, frozenset(rules))
    return Pack(context.stack, context.production, rules, waivers, rendered)
