"""Report of a rehearsal."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of a step."""

    words: str
    """Summary in one line."""

    findings: tuple[str, ...] = ()
    """Failed expectations, one each; a finding may have several lines."""

    notes: tuple[str, ...] = ()
    """Further notes, a line each."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """Result of a step of a rehearsal."""

    name: str
    words: str
    findings: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: float

    @property
    def held(self) -> bool:
        return not self.findings

    def as_text(self) -> str:
        """A line, with the findings below."""
        head = f"{'ok  ' if self.held else 'FAIL'}  {self.name:<10} {self.seconds:>5.1f} s  {self.words}"
        below = (line for text in (*self.findings, *self.notes) for line in text.splitlines())
        return "\n".join([head, *(f"      {line}" for line in below)])


@dataclass(slots=True)
class RehearsalReport:
    """Results of a rehearsal by step."""

    stack: str
    provider: str
    resources: int = 0
    """Number of resources in the engine's state, including components and providers."""

    clock: dict[str, float] = field(default_factory=dict[str, float])
    """Estimated minutes on AWS: ready, longestChain, gone."""

    steps: list[StepResult] = field(default_factory=list[StepResult])

    @property
    def held(self) -> bool:
        return all(step.held for step in self.steps)

    @property
    def seconds(self) -> float:
        return sum(step.seconds for step in self.steps)

    def as_text(self) -> str:
        """Result in one line."""
        wrong = [step.name for step in self.steps if not step.held]
        came = f"failed: {', '.join(wrong)}" if wrong else "all steps passed"
        return f"{self.stack}: {came}; {len(self.steps)} steps in {self.seconds:.0f} s"

    def as_json(self) -> Mapping[str, Any]:
        steps = [asdict(step) | {"held": step.held, "seconds": round(step.seconds, 1)} for step in self.steps]
        return {
            "stack": self.stack,
            "provider": self.provider,
            "held": self.held,
            "seconds": round(self.seconds, 1),
            "resources": self.resources,
            "minutes": self.clock,
            "steps": steps,
        }
