"""A rule: what it is about, how strict it is, and how it judges one subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from policies.field import NotKnownError
from policies.finding import Finding, Level, NotEvaluated, Violation
from policies.inventory import Inventory
from policies.subject import Resource

S = TypeVar("S")


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
    """Whether it needs every resource of the stack to judge one."""

    _subjects: Callable[[Resource], Iterable[Any]]
    _judge: Callable[[Any, Inventory], Iterable[Violation]]

    @property
    def id(self) -> str:
        return f"{self.number}-{self.name}"

    def findings(self, resource: Resource, inventory: Inventory) -> Iterator[Finding]:
        """What is wrong with the resource. What is unknown is wrong, too."""
        try:
            for subject in self._subjects(resource):
                yield from self._findings_of(subject, inventory)
        except NotKnownError as error:
            yield self._not_evaluated(error)

    def _findings_of(self, subject: Any, inventory: Inventory) -> Iterator[Finding]:
        try:
            for violation in self._judge(subject, inventory):
                field = violation.field
                actual = violation.actual or field.shown
                yield Finding(self, field.owner, field.path, actual, violation.expected)
        except NotKnownError as error:
            yield self._not_evaluated(error)

    def _not_evaluated(self, error: NotKnownError) -> Finding:
        return NotEvaluated(self, error.field.owner, error.field.path, "unknown", "known")


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
    """Make a rule of a function that judges one subject by itself; its docstring says why the rule exists."""

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
) -> Callable[[Callable[[S, Inventory], Iterable[Violation]]], Rule]:
    """As `rule`, for a function that judges one subject among all resources of the stack."""

    def decorate(judge: Callable[[S, Inventory], Iterable[Violation]]) -> Rule:
        cited = tuple(references.split("; "))
        return Rule(number, name, title, level, cited, _why(judge), fix, True, of, judge)

    return decorate


def _why(judge: Callable[..., object]) -> str:
    """The docstring, on one line."""
    return " ".join((judge.__doc__ or "").split())
