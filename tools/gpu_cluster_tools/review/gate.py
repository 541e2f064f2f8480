"""Gate of a planned update: no data loss, and no plaintext secrets.

The gate is part of the review of pull requests; its rules, 89 and 90, are with the other rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from gpu_cluster.catalog import Loss
from gpu_cluster_policies.pack import Report, pack_of
from gpu_cluster_policies.preview import Preview, Step
from gpu_cluster_policies.rule import Finding
from gpu_cluster_policies.rules.operations import ADVICE, loss_by
from gpu_cluster_tools.existing_objects import ExistingObject, Findings
from gpu_cluster_tools.review.node_rollout import NodeRollout, rollout_of


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Reason to stop an update, and the fix."""

    finding: Finding
    course: str
    """Notes on the steps of the engine; empty if there are none."""

    advice: str

    def __str__(self) -> str:
        course = [f"course: {self.course}"] if self.course else []
        told = [*course, f"why: {self.finding.rule.why}", f"fix: {self.advice}"]
        return "\n  ".join([f"{self.finding.rule.id}: {self.finding.brief}", *told])


@dataclass(frozen=True)
class Gate:
    """Obstacles of an update.

    gate = gate_of(read_preview(text))
    gate.open  # whether it may go ahead
    """

    stack: str | None
    steps: int
    """Steps that change anything."""

    obstacles: tuple[Obstacle, ...]
    report: Report
    rollouts: Mapping[str, NodeRollout] = field(default_factory=dict[str, NodeRollout])
    """Node groups whose nodes are replaced, which does not stop the update."""

    found: Findings = field(default_factory=Findings)
    """Objects that the update creates although the cluster has them."""

    @property
    def open(self) -> bool:
        return not self.obstacles and not self.report.stale and not self.found.existing

    def as_text(self) -> str:
        nodes = [f"note: {name} {rollout}" for name, rollout in self.rollouts.items()]
        unchecked = [f"note: existing objects: not checked: {reason}" for reason in self.found.unchecked]
        stopping = [*map(str, self.obstacles), *map(_taken_over, self.found.existing)]
        parts = [*stopping, *map(str, self.report.stale), *self._waived(), *nodes, *unchecked]
        return "\n\n".join([*parts, self.summary])

    @property
    def summary(self) -> str:
        if not self.open:
            count = len(self.obstacles) + len(self.report.stale) + len(self.found.existing)
            return f"{self.stack}: {count} problems block the update"
        if not self.steps:
            return "no changes: the update may proceed"
        counted = f"{self.steps} step{'s'[: self.steps > 1]}"
        return f"{self.stack}: {counted}, no data loss: the update may proceed"

    def as_json(self) -> dict[str, Any]:
        return {
            "stack": self.stack,
            "open": self.open,
            "steps": self.steps,
            "obstacles": [
                {
                    "rule": each.finding.rule.id,
                    "resource": each.finding.resource,
                    "path": each.finding.path,
                    "actual": each.finding.actual,
                    "expected": each.finding.expected,
                    "course": each.course,
                    "advice": each.advice,
                }
                for each in self.obstacles
            ],
            "existing": [
                {"object": str(each.planned), "managed_by": list(each.managers)}
                for each in self.found.existing
            ],
            "unchecked": list(self.found.unchecked),
            "waived": [
                {
                    "rule": each.finding.rule.id,
                    "resource": each.finding.resource,
                    "owner": each.waiver.owner,
                    "reason": each.waiver.reason,
                    "expires": each.waiver.expires.isoformat(),
                }
                for each in self.report.waived
            ],
            "rollouts": {name: asdict(each) for name, each in self.rollouts.items()},
            "waivers": [str(problem) for problem in self.report.stale],
        }

    def _waived(self) -> Iterator[str]:
        for each in self.report.waived:
            waiver = each.waiver
            until = f"waived until {waiver.expires} by {waiver.owner}"
            yield f"{until}: {each.finding.brief}\n  reason: {waiver.reason}"


def _taken_over(it: ExistingObject) -> str:
    return (
        f"existing object: {it.planned} is in the cluster and not in the state, managed by {it.managed_by}\n"
        "  why: The update would overwrite it, and a later destroy would delete it.\n"
        "  fix: choose another name in the stack file, turn off what creates it, or delete it if unused"
    )


def gate_of(preview: Preview, state: Preview | None = None, found: Findings | None = None) -> Gate:
    """The gate for an update, for stored resources if `state` is given, and for objects that exist already.

    `PolicyFileError` where the files of the pack are wrong.
    """
    stored = state.steps if state else ()
    stack = preview.stack or (state.stack if state else None)
    if stack is None:
        return Gate(None, 0, (), Report((), (), ()))
    report = pack_of(stack).gate((*preview.steps, *stored))
    course = _Course(preview.steps)
    obstacles = tuple(Obstacle(each, course.of(each), course.advice(each)) for each in report.findings)
    return Gate(
        stack,
        sum(step.changes for step in preview.steps),
        obstacles,
        report,
        dict(_rollouts(preview.steps)),
        found or Findings(),
    )


def _rollouts(steps: Iterable[Step]) -> Iterator[tuple[str, NodeRollout]]:
    for step in steps:
        if step.kind != "update":
            continue
        sides: list[Any] = [step.before.get("inputs"), step.after.get("inputs")]
        if rollout := rollout_of(step.type, sides[0] or {}, sides[1] or {}):
            yield step.name, rollout


class _Course:
    """Notes on the steps of the engine."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self._steps: dict[str, list[Step]] = {}
        self._through: dict[str, int] = {}
        self._replaced = {step.urn for step in steps if step.replaces}
        for step in steps:
            self._steps.setdefault(step.urn, []).append(step)
        for several in self._steps.values():
            provider = several[0].provider
            self._through[provider] = self._through.get(provider, 0) + 1

    def of(self, finding: Finding) -> str:
        """Notes joined by semicolons."""
        return "; ".join(self._words(finding.judged.urn))

    def advice(self, finding: Finding) -> str:
        """Advice for the stack file about a loss; the fix of the rule about anything else."""
        loss = self._loss(finding.judged.urn)
        if loss is None or finding.path != "planned operation":
            return finding.rule.fix
        return f"{ADVICE[loss]}; if intended, add a waiver to policies/waivers.yaml"

    def _words(self, urn: str) -> Iterator[str]:
        steps = self._steps.get(urn, [])
        kinds = [step.kind for step in steps]
        if "create-replacement" in kinds and "delete-replaced" in kinds:
            first = kinds.index("delete-replaced") < kinds.index("create-replacement")
            yield (
                "the old resource is deleted first"
                if first
                else ("the new resource is created first and is empty")
            )
        if any(step.before.get("retainOnDelete") for step in steps) and urn in self._replaced:
            yield "the old resource is retained outside the stack"
        if any(step.before.get("protect") and not step.after.get("protect") for step in steps):
            yield "the same change removes its protection, so the engine will not refuse"
        if any(step.provider in self._replaced for step in steps):
            yield "its provider is replaced"
        if self._loss(urn) is Loss.PROVIDER and self._through.get(urn):
            yield f"{self._through[urn]} resources depend on it and change with it"

    def _loss(self, urn: str) -> Loss | None:
        return next((loss for loss in map(loss_by, self._steps.get(urn, [])) if loss), None)
