"""A rule: its subjects, its level, its check, and its findings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Container as ContainerOf
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar, cast

from gpu_cluster_policies.preview import Step
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.property import NotKnownError, Property, UnreadableError
from gpu_cluster_policies.resources.resource import Resource

S = TypeVar("S")


class Level(StrEnum):
    """Whether a finding stops an update."""

    MANDATORY = "mandatory"
    PRODUCTION = "mandatory in production"
    ADVISORY = "advisory"


@dataclass(frozen=True, slots=True)
class Rule:
    number: int
    name: str
    title: str
    level: Level
    references: tuple[str, ...]
    why: str
    fix: str
    whole_stack: bool
    """Whether the rule needs all resources of the stack to judge one."""

    _subjects: Callable[[Resource], Iterable[Any]]
    _judge: Callable[[Any, Inventory], Iterable[Violation]]

    of_operations: bool = False
    """Whether it judges an update, which requires a preview of the engine."""

    can_abstain: bool = False
    """Whether it may find that it cannot judge a property: a `NotJudgedFinding`."""

    @property
    def id(self) -> str:
        return f"{self.number}-{self.name}"

    @property
    def kinds(self) -> frozenset[str]:
        """Types that it names; empty for rules about pods of any kind."""
        kinds: ContainerOf[str] | None = getattr(self._subjects, "kinds", None)
        return cast(frozenset[str], kinds) if isinstance(kinds, frozenset) else frozenset()

    def judges(self, kind: str) -> bool:
        """Whether it can have findings for a resource of this type."""
        if self.of_operations:
            return False
        kinds: ContainerOf[str] | None = getattr(self._subjects, "kinds", None)
        return kinds is None or kind in kinds

    def concerns(self, resource: Resource) -> bool:
        """Whether the resource has subjects of the rule, or may have them."""
        try:
            return self.judges(resource.kind) and any(True for _ in self._subjects(resource))
        except (NotKnownError, UnreadableError):
            return True

    def findings(self, resource: Resource, inventory: Inventory) -> Iterator[Finding]:
        """Findings of the resource. An unknown value is a finding, too."""
        try:
            for subject in self._subjects(resource):
                yield from self._findings_of(subject, resource, inventory)
        except NotKnownError as error:
            yield self._not_evaluated(error, resource)
        except UnreadableError as error:
            yield self._unreadable(error, resource)

    def findings_in(self, step: Step) -> Iterator[Finding]:
        """Findings of a step of an update, for a rule of operations."""
        yield from self._findings_of(step, step.resource, Inventory())

    def _findings_of(self, subject: Any, judged: Resource, inventory: Inventory) -> Iterator[Finding]:
        try:
            for violation in self._judge(subject, inventory):
                place = violation.field
                actual = violation.actual or place.shown
                kind = NotJudgedFinding if isinstance(violation, NotJudgedProperty) else Finding
                yield kind(self, place.owner, place.path, actual, violation.expected, judged)
        except NotKnownError as error:
            yield self._not_evaluated(error, judged)
        except UnreadableError as error:
            yield self._unreadable(error, judged)

    def _unreadable(self, error: UnreadableError, judged: Resource) -> Finding:
        return Finding(self, error.field.owner, error.field.path, error.actual, error.expected, judged)

    def _not_evaluated(self, error: NotKnownError, judged: Resource) -> Finding:
        return NotEvaluated(self, error.field.owner, error.field.path, "unknown", "known", judged)


@dataclass(frozen=True, slots=True)
class Violation:
    """A property that is not what it should be."""

    field: Property
    expected: str
    actual: str | None = None
    """Description of the value. Default: the value itself."""


@dataclass(frozen=True, slots=True)
class NotJudgedProperty(Violation):
    """A property outside of the stack, or a price that is nowhere: the rule cannot tell whether it holds."""


def should_be(field: Property, wanted: str | int) -> Iterator[Violation]:
    """A violation if the value is any other; 1 is not true."""
    if field.value != wanted or isinstance(field.value, bool) != isinstance(wanted, bool):
        yield Violation(field, json.dumps(wanted) if isinstance(wanted, bool) else str(wanted))


@dataclass(frozen=True, slots=True)
class Finding:
    rule: Rule
    resource: str
    """Name of the resource, such as `Deployment serving/chat`."""

    path: str
    """Path of the property, such as `spec.template.spec.hostNetwork`."""

    actual: str
    expected: str

    judged: Resource = field(compare=False, repr=False)
    """The resource that was looked at, mostly the one that is named."""

    @property
    def brief(self) -> str:
        """The finding in one line."""
        return f"{self.resource}: {self.path} is {self.actual}, should be {self.expected}"

    def __str__(self) -> str:
        rule = self.rule
        return f"{self.brief}\n  why: {rule.why} ({'; '.join(rule.references)})\n  fix: {rule.fix}"


@dataclass(frozen=True, slots=True)
class NotJudgedFinding(Finding):
    """A property that a rule could not judge: it stops no update, and the stack is not clean with it."""


@dataclass(frozen=True, slots=True)
class NotEvaluated(Finding):
    """A rule that met a value which is not known yet, and so cannot have passed."""

    @property
    def brief(self) -> str:
        return f"{self.resource}: could not be evaluated: {self.path} is unknown at preview"


def rule(
    number: int,
    name: str,
    title: str,
    *,
    of: Callable[[Resource], Iterable[S]],
    level: Level,
    references: str,
    fix: str,
) -> Callable[[Callable[[S], Iterable[Violation]]], Rule]:
    """Create a rule from a function that judges one subject; its docstring is the rule's reason.

    `of`: function that selects the subjects of a resource: `containers`, `each(…)` or your own, which is
    called for every resource unless `subjects(…)` limits it to types.
    """

    def decorate(judge: Callable[[S], Iterable[Violation]]) -> Rule:
        cited = tuple(references.split("; "))
        return Rule(
            number, name, title, level, cited, _why(judge), fix, False, of, lambda subject, _: judge(subject)
        )

    return decorate


def stack_rule(
    number: int,
    name: str,
    title: str,
    *,
    of: Callable[[Resource], Iterable[S]],
    level: Level,
    references: str,
    fix: str,
    can_abstain: bool = False,
) -> Callable[[Callable[[S, Inventory], Iterable[Violation]]], Rule]:
    """Same as `rule`, for a function that judges one subject among all resources of the stack."""

    def decorate(judge: Callable[[S, Inventory], Iterable[Violation]]) -> Rule:
        cited = tuple(references.split("; "))
        return Rule(
            number,
            name,
            title,
            level,
            cited,
            _why(judge),
            fix,
            True,
            of,
            judge,
            can_abstain=can_abstain,
        )

    return decorate


def operation_rule(
    number: int, name: str, title: str, *, level: Level, references: str, fix: str
) -> Callable[[Callable[[Step], Iterable[Violation]]], Rule]:
    """Same as `rule`, for a function that judges one step of an update."""

    def decorate(judge: Callable[[Step], Iterable[Violation]]) -> Rule:
        cited = tuple(references.split("; "))
        return Rule(
            number,
            name,
            title,
            level,
            cited,
            _why(judge),
            fix,
            False,
            lambda _: (),
            lambda step, _: judge(step),
            of_operations=True,
        )

    return decorate


def _why(judge: Callable[..., object]) -> str:
    """The docstring, on one line."""
    return " ".join((judge.__doc__ or "").split())
