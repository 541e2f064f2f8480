"""What a rule has to say about a resource."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from policies.field import Field

if TYPE_CHECKING:
    from policies.rule import Rule


class Level(StrEnum):
    """Whether a finding stops an update."""

    MANDATORY = "mandatory"
    PRODUCTION = "mandatory in production"
    ADVISORY = "advisory"


@dataclass(frozen=True, slots=True)
class Violation:
    """A property that is not what it should be."""

    field: Field
    expected: str
    actual: str | None = None
    """What it is. Default: the value itself."""


@dataclass(frozen=True, slots=True)
class Finding:
    rule: Rule
    resource: str
    """Such as `Deployment serving/chat`."""

    path: str
    """Such as `spec.template.spec.hostNetwork`."""

    actual: str
    expected: str

    @property
    def brief(self) -> str:
        """What is wrong, in one line."""
        return f"{self.resource}: {self.path} is {self.actual}, should be {self.expected}"

    def __str__(self) -> str:
        rule = self.rule
        return f"{self.brief}\n  why: {rule.why} ({'; '.join(rule.references)})\n  fix: {rule.fix}"


@dataclass(frozen=True, slots=True)
class NotEvaluated(Finding):
    """A rule that met a value which is not known yet, and so cannot have passed."""

    @property
    def brief(self) -> str:
        return f"{self.resource}: could not be evaluated: {self.path} is unknown at preview"
