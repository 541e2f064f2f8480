"""Steps of a rehearsal of any stack, reported as they end."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from gpu_cluster.config.stack import Stack
from gpu_cluster.plan.urn import name_of
from gpu_cluster_tools.rehearsal.cluster_state.workloads import Workloads, workloads
from gpu_cluster_tools.rehearsal.engine.event_log import Operation
from gpu_cluster_tools.rehearsal.engine.run_pulumi import Run, run_pulumi
from gpu_cluster_tools.rehearsal.engine.run_watcher import Patience, RunWatcher, Tell
from gpu_cluster_tools.rehearsal.fake_secrets import plaintext_secrets
from gpu_cluster_tools.rehearsal.report import Outcome, RehearsalReport, StepResult
from gpu_cluster_tools.rehearsal.sandbox import Sandbox
from gpu_cluster_tools.rehearsal.stack_edits import StackEdit
from gpu_cluster_tools.rehearsal.stateful import removes_stateful
from gpu_cluster_tools.rehearsal.team_sandbox import TeamSandbox
from gpu_cluster_tools.schedule import (
    TimedResource,
    UnknownDurationsError,
    creation_schedule,
    deletion_schedule,
    described,
    load_times,
)

_SETTLED_SECONDS = 60  # for what the engine does not wait for
_POLL_SECONDS = 0.3


T = TypeVar("T", bound=Sandbox | TeamSandbox)


@dataclass
class RehearsalSteps(Generic[T]):
    """Steps on a stack, and their results."""

    sandbox: Sandbox
    tried: T
    tell: Tell
    report: RehearsalReport = field(init=False)
    _patience: Patience = field(init=False)
    """Patience with workloads that do not run."""

    _runs: int = 0

    def __post_init__(self) -> None:
        self.report = RehearsalReport(self.tried.name, self.sandbox.provider)
        self._patience = Patience(self.sandbox.patience_seconds)

    def step(self, name: str, act: Callable[[], Outcome]) -> bool:
        """Run a step and show its result. Returns whether it passed."""
        begun = time.monotonic()
        outcome = act()
        step = StepResult(name, outcome.words, outcome.findings, outcome.notes, time.monotonic() - begun)
        self.report.steps.append(step)
        self.tell(step.as_text())
        return step.held

    def run(
        self,
        models: Stack,
        edits: Iterable[list[StackEdit]],
        leftovers: Callable[[], Outcome],
        read_only: Iterable[tuple[str, Callable[[], Outcome]]] = (),
    ) -> None:
        """Create, update and destroy the stack.

        `models`: stack with the models, whose weights take time to load; `edits`: edits by kind, of which the
        first that the stack file allows is made; `leftovers`: last step; `read_only`: steps on healthy
        workloads that change nothing.
        """
        created = self.step("up", self.up)
        healthy = self.step("workloads", self.workloads)
        if created:
            self.step("preview", self.preview)
            self.step("refresh", self.refresh)
            self.step("secrets", self.secrets)
            self.step("clock", lambda: self.clock(models))
        if created and healthy:
            for name, read in read_only:
                self.step(name, read)
            for edit in self.allowed(edits):
                self.step("edit", lambda edit=edit: self.edit(edit))
        if self.is_protected():
            self.step("unprotect", self.unprotect)
        self.step("destroy", self.destroy)
        self.step("left", leftovers)

    def up(self) -> Outcome:
        run = self.attempt("up")
        return Outcome(counted(run.log.changing()), tuple(run.errors), self.earlier_errors())

    def workloads(self) -> Outcome:
        seen = self._settled_workloads()
        words = f"{seen.total - len(seen.unwell)} of {seen.total} healthy"
        return Outcome(words, tuple(map(str, seen.unwell)))

    def preview(self) -> Outcome:
        """A second preview has no changes."""
        return _unchanged(self.follow("preview"), "no change")

    def refresh(self) -> Outcome:
        run = self.follow("refresh", "--yes", "--skip-preview", "--run-program=false")
        return _unchanged(run, "no drift")

    def secrets(self) -> Outcome:
        """The state has secrets only encrypted."""
        values = self.tried.secrets
        words = f"{len(values)} of the stack file, none in plaintext in the state"
        return Outcome(words, tuple(plaintext_secrets(values, self.sandbox.folder)))

    def clock(self, models: Stack) -> Outcome:
        """Estimated time on AWS."""
        resources = self.tried.resources()
        self.report.resources = len(resources)
        try:
            timed = [TimedResource.made(resource) for resource in resources]
            up, down = creation_schedule(timed, load_times(models)), deletion_schedule(timed)
        except UnknownDurationsError as error:
            unknown = (
                f"components/gpu_cluster/catalog/tables/durations.csv has no entry for {type}"
                for type in error.types
            )
            return Outcome("unknown", tuple(unknown))
        minutes = {"ready": up.makespan, "longestChain": up.chain, "gone": down.makespan}
        self.report.clock = {name: round(value, 1) for name, value in minutes.items()}
        ready = f"ready after {up.makespan:.1f} min, {up.ratio:.2f} times the critical path"
        return Outcome(f"{ready}; deleted after {down.makespan:.1f} min", notes=tuple(described(up)))

    def allowed(self, edits: Iterable[list[StackEdit]]) -> Iterator[StackEdit]:
        """First edit of each kind that the stack file allows, written to it when it is next."""
        for kind in edits:
            made = next((edit for edit in kind if self.tried.stack_file.put(edit.keys, edit.value)), None)
            if made:
                yield made

    def edit(self, edit: StackEdit) -> Outcome:
        """The update succeeds, all runs again, and nothing stateful is lost."""
        self.sandbox.reconcile()
        run = self.attempt("up")
        lost = [
            f"{operation}: it is stateful" for operation in run.log.finished if removes_stateful(operation)
        ]
        unwell = [] if run.errors else list(map(str, self._settled_workloads().unwell))
        words = f"{edit}: {counted(run.log.changing())}"
        return Outcome(words, (*run.errors, *lost, *unwell), self.earlier_errors())

    def is_protected(self) -> bool:
        return any(resource.get("protect") for resource in self.tried.resources())

    def unprotect(self) -> Outcome:
        """Turn off deletion protection in the file of the environment, as a user would."""
        self.sandbox.stack_file.put(("config", "gpu-cluster:protect"), False)
        run = self.attempt("up")
        return Outcome(f"gpu-cluster:protect: false: {counted(run.log.changing())}", tuple(run.errors))

    def destroy(self) -> Outcome:
        run = self.attempt("destroy")
        return Outcome(counted(run.log.changing()), tuple(run.errors), self.earlier_errors())

    def left_in_state(self) -> list[str]:
        return [f"in the state: {name_of(each['urn'])}" for each in self.tried.resources()]

    def attempt(self, command: str, *arguments: str) -> Run:
        """Run a command that changes resources."""
        return self.follow(command, "--yes", "--skip-preview", *arguments, watch=True)

    def earlier_errors(self) -> tuple[str, ...]:
        """Errors before the last attempt; without faults there is one attempt."""
        return ()

    def follow(self, command: str, *arguments: str, watch: bool = False) -> Run:
        self._runs += 1
        record = self.sandbox.folder / "runs" / self.tried.name / f"{self._runs:02}-{command}"
        stuck = self._is_held if command == "destroy" else self._is_stuck
        progress = RunWatcher(self.tell, command, stuck, self.sandbox.patience_seconds)
        return run_pulumi(
            self.tried.engine, command, *arguments, record=record, watch=progress if watch else None
        )

    def _is_stuck(self) -> bool:
        """True if a workload in the cluster does not run and has not changed for a while."""
        unwell = workloads(self.sandbox.api, self.sandbox.pools).unwell
        return self._patience.is_over(unwell) and bool(unwell)

    def _is_held(self) -> bool:
        """True if AWS repeatedly denies calls of Karpenter's finalizers."""
        return self.sandbox.has_karpenter and bool(self.sandbox.karpenter.refused)

    def _settled_workloads(self) -> Workloads:
        """The workloads once all of them run, or nothing changes any more."""
        deadline = time.monotonic() + _SETTLED_SECONDS
        while True:
            seen = workloads(self.sandbox.api, self.sandbox.pools)
            if not seen.unwell or time.monotonic() > deadline or self._patience.is_over(seen.unwell):
                return seen
            time.sleep(_POLL_SECONDS)


def counted(operations: list[Operation]) -> str:
    """`38 create, 2 update`."""
    kinds = [operation.kind for operation in operations]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)) or "no change"


def _unchanged(run: Run, words: str) -> Outcome:
    changing = run.log.changing()
    findings = [*run.errors, *("\n  ".join([str(it), *it.changes]) for it in changing)]
    return Outcome(words if not findings else counted(changing), tuple(findings))
