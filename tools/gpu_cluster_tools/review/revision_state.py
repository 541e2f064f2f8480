"""A stack on one side of a change: its plan, its findings, its bill and its time, each worked out once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from gpu_cluster.cost import CATALOG, Cost, Prices, cost_of
from gpu_cluster.plan import Plan, Registered
from gpu_cluster.stack import StackFileError
from gpu_cluster_policies.evaluate import evaluate_plan
from gpu_cluster_policies.reports import Evaluation
from gpu_cluster_tools.review.affected_stacks import file_of
from gpu_cluster_tools.review.plans import Outdated, Planned, resources_of
from gpu_cluster_tools.schedule import Schedule, ready


@dataclass(frozen=True)
class RevisionState:
    """State of a stack at a revision."""

    stack: str
    """Name of the stack."""

    planned: Planned
    project: Path
    """The folder whose stack file was planned."""

    settings_of: Path
    """The project whose policy settings and waivers hold."""

    day: date
    """The prices of which day hold."""

    prices: Prices = CATALOG
    """The same on both sides, so that only what a stack has differs."""

    @property
    def file(self) -> str:
        """Stack file; empty if there is none."""
        path = file_of(self.project, self.stack)
        return path.read_text(errors="replace") if path.is_file() else ""

    @property
    def problems(self) -> tuple[str, ...]:
        """Diagnostics of its stack file."""
        return tuple(map(str, self.planned.problems)) if isinstance(self.planned, StackFileError) else ()

    @property
    def gap(self) -> str:
        """Parts that are not known, and why; empty where all are."""
        if isinstance(self.planned, Outdated):
            return ", without a plan: this version cannot read its stack file"
        return ": its stack file was invalid" if self.problems else ""

    @property
    def plan(self) -> Plan | None:
        """None if the stack does not exist, its file is invalid, or its format is no longer supported."""
        return self.planned if isinstance(self.planned, Plan) else None

    @property
    def resources(self) -> Sequence[Registered]:
        return resources_of(self.planned)

    @cached_property
    def judged(self) -> Evaluation | None:
        """`PolicyFileError` where the policies cannot be read."""
        return evaluate_plan(self.plan, self.project, self.settings_of) if self.plan else None

    @cached_property
    def schedule(self) -> Schedule | None:
        """Duration of a creation. `UnknownDurationsError` if the duration of a type is unknown."""
        return ready(self.plan) if self.plan else None

    @cached_property
    def bill(self) -> Cost | None:
        """None without AWS resources."""
        bill = cost_of(self.plan, day=self.day, prices=self.prices) if self.plan else None
        return bill if bill and bill.region else None
