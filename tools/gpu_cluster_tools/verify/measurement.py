"""Results of the checks of a platform that runs, with their numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gpu_cluster_tools.doctor.check import Check


@dataclass(frozen=True, slots=True)
class Measurement(Check):
    """A check, the numbers that it saw, and whether a missing right or answer kept it from looking."""

    numbers: Mapping[str, float] = field(default_factory=dict[str, float])
    """Numbers by their names, such as {"firstTokenSeconds": 0.12}."""

    blocked: bool = False
    """Whether a check of an existing resource was skipped: the platform is then not accepted."""

    def as_json(self) -> dict[str, Any]:
        return {
            "group": self.group,
            "name": self.name,
            "verdict": self.verdict,
            "found": self.found,
            "advice": self.advice,
            "numbers": dict(self.numbers),
            "blocked": self.blocked,
        }


def measured(check: Check, **numbers: float) -> Measurement:
    """measured(Group("models").ok("chat", "answers"), firstTokenSeconds=0.12)"""
    return Measurement(check.group, check.name, check.verdict, check.found, check.advice, numbers)


def blocked(check: Check) -> Measurement:
    """A skipped check of an existing resource."""
    return Measurement(check.group, check.name, check.verdict, check.found, check.advice, blocked=True)
