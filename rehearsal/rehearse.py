"""A stack from nothing to nothing, by the real engine, before anyone does it for real."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from plan.clock import Resource, UnknownDurationsError, coming_up, described, going_away, weights_of
from plan.urn import name_of
from rehearsal.attempts import until_it_holds
from rehearsal.aws.faults import Faults
from rehearsal.cast import cast
from rehearsal.edits import Edit, edits_of
from rehearsal.event_log import Operation
from rehearsal.follow import Run, follow
from rehearsal.left_behind import left_in_cluster, settled
from rehearsal.progress import Patience, Progress, Tell
from rehearsal.report import Outcome, Report, Step
from rehearsal.sandbox import Sandbox
from rehearsal.stateful import is_a_loss
from rehearsal.workloads import Workloads, workloads

_NO_FAULTS = Faults()
_SETTLED_SECONDS = 60  # for what the engine does not wait for
_POLL_SECONDS = 0.3


def rehearse(sandbox: Sandbox, tell: Tell, faults: Faults = _NO_FAULTS) -> Report:
    """Every step on a stack. The sandbox is left open, as the last step left it.

    Where `faults` strike, updates are tried again. `RehearsalError` where it cannot be run at all.
    """
    rehearsal = _Rehearsal(sandbox, tell, faults)
    rehearsal.step("ground", rehearsal.open)
    with cast(sandbox):
        came_up = rehearsal.step("up", rehearsal.up)
        runs = rehearsal.step("workloads", rehearsal.workloads)
        if came_up:
            rehearsal.step("preview", rehearsal.preview)
            rehearsal.step("refresh", rehearsal.refresh)
            rehearsal.step("secrets", rehearsal.secrets)
            rehearsal.step("clock", rehearsal.clock)
        if came_up and runs:
            for edit in rehearsal.edits():
                rehearsal.step("edit", lambda edit=edit: rehearsal.edit(edit))
        if rehearsal.is_protected():
            rehearsal.step("unprotect", rehearsal.unprotect)
        rehearsal.step("destroy", rehearsal.destroy)
        rehearsal.step("left", rehearsal.left)
    return rehearsal.report


@dataclass
class _Rehearsal:
    sandbox: Sandbox
    tell: Tell
    faults: Faults
    report: Report = field(init=False)
    _patience: Patience = field(default_factory=Patience)
    """With workloads that do not run."""

    _before: set[str] = field(default_factory=set[str])
    """Objects of the cluster without the stack."""
    _kept: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Of the account, by type and id."""
    _runs: int = 0
    _failed: list[Run] = field(default_factory=list[Run])
    """Attempts before the last one."""

    def __post_init__(self) -> None:
        self.report = Report(self.sandbox.name, self.sandbox.provider)

    def step(self, name: str, act: Callable[[], Outcome]) -> bool:
        """Take a step and show what came of it. Whether it held."""
        begun = time.monotonic()
        outcome = act()
        step = Step(name, outcome.words, outcome.findings, outcome.notes, time.monotonic() - begun)
        self.report.steps.append(step)
        self.tell(step.as_text())
        return step.held

    def open(self) -> Outcome:
        self.sandbox.open()
        self._before = settled(self.sandbox.api)
        if self.sandbox.on_aws:
            return Outcome("an account and a control plane of their own")
        nodes = len(self.sandbox.api.items("/api/v1/nodes"))
        return Outcome(f"{nodes} simulated nodes on a control plane of their own")

    def up(self) -> Outcome:
        run = self._up()
        return Outcome(_counted(run.log.changing()), tuple(run.errors), self._struck())

    def workloads(self) -> Outcome:
        seen = self._settled_workloads()
        words = f"{seen.total - len(seen.unwell)} of {seen.total} as they should be"
        return Outcome(words, tuple(map(str, seen.unwell)))

    def preview(self) -> Outcome:
        """The program says the same twice, and so do the API server and the account."""
        run = self._follow("preview")
        return _unchanged(run, "no change")

    def refresh(self) -> Outcome:
        run = self._follow("refresh", "--yes", "--skip-preview", "--run-program=false")
        return _unchanged(run, "no drift")

    def secrets(self) -> Outcome:
        """The state has secrets only encrypted."""
        findings = tuple(self.sandbox.clear_secrets())
        return Outcome(
            f"{len(self.sandbox.secrets)} of the stack file, none in the state in the clear", findings
        )

    def clock(self) -> Outcome:
        """How long it would take on AWS."""
        resources = self.sandbox.resources()
        self.report.resources = len(resources)
        try:
            timed = [Resource.made(resource) for resource in resources]
            up, down = coming_up(timed, weights_of(self.sandbox.stack)), going_away(timed)
        except UnknownDurationsError as error:
            unknown = (f"components/catalog/durations.py does not know {type}" for type in error.types)
            return Outcome("not known", tuple(unknown))
        minutes = {"ready": up.makespan, "longestChain": up.chain, "gone": down.makespan}
        self.report.clock = {name: round(value, 1) for name, value in minutes.items()}
        ready = f"ready after {up.makespan:.1f} min, {up.ratio:.2f} times the longest chain"
        return Outcome(f"{ready}; gone after {down.makespan:.1f} min", notes=tuple(described(up)))

    def edits(self) -> Iterator[Edit]:
        """Edits that the stack file allows, each made when it is its turn."""
        for ways in edits_of(self.sandbox.stack):
            made = next((edit for edit in ways if self.sandbox.stack_file.put(edit.keys, edit.value)), None)
            if made:
                yield made

    def edit(self, edit: Edit) -> Outcome:
        """It comes up, all runs again, and nothing stateful was lost over it."""
        self.sandbox.reconcile()
        run = self._up()
        lost = [f"{operation}: it is stateful" for operation in run.log.finished if is_a_loss(operation)]
        unwell = [] if run.errors else list(map(str, self._settled_workloads().unwell))
        words = f"{edit}: {_counted(run.log.changing())}"
        return Outcome(words, (*run.errors, *lost, *unwell), self._struck())

    def is_protected(self) -> bool:
        return any(resource.get("protect") for resource in self.sandbox.resources())

    def unprotect(self) -> Outcome:
        """What a user has to do before anything that holds data goes."""
        self.sandbox.stack_file.put(("config", "gpu-cluster:protect"), False)
        run = self._up()
        return Outcome(f"gpu-cluster:protect: false: {_counted(run.log.changing())}", tuple(run.errors))

    def destroy(self) -> Outcome:
        self._kept = self.sandbox.retained()
        run = self._try("destroy")
        return Outcome(_counted(run.log.changing()), tuple(run.errors), self._struck())

    def left(self) -> Outcome:
        """Nothing is in the state, the cluster and the account that was not there before."""
        known = [name_of(each["urn"]) for each in self.sandbox.resources()]
        objects, kept = left_in_cluster(self.sandbox.api, self._before)
        findings = [f"in the state: {name}" for name in known]
        findings += [f"in the cluster: {name}" for name in objects]
        if self.sandbox.on_aws:
            lost = set(self.sandbox.account.leftovers()) - self._kept
            findings += [f"in the account: {type} {id}" for type, id in sorted(lost)]
        kept += [f"{type} {id}" for type, id in sorted(self._kept)]
        words = "nothing but what the stack retains" if kept else "nothing"
        return Outcome(words, tuple(findings), tuple(kept))

    def _up(self) -> Run:
        return self._try("up")

    def _try(self, command: str) -> Run:
        """The last attempt; without faults there is one."""

        def attempt(*arguments: str) -> Run:
            return self._follow(command, "--yes", "--skip-preview", *arguments, watch=True)

        if not self.faults.rates:
            return attempt()
        *self._failed, last = until_it_holds(attempt, self.faults, self.sandbox.account.inject)
        self.faults = replace(self.faults, run=self.faults.run + len(self._failed) + 1)
        self.sandbox.account.inject(_NO_FAULTS)  # what is looked at next is what came of it
        return last

    def _struck(self) -> tuple[str, ...]:
        """What went wrong before the last attempt."""
        return tuple(f"before that: {error}" for run in self._failed for error in run.errors)

    def _follow(self, command: str, *arguments: str, watch: bool = False) -> Run:
        self._runs += 1
        record = self.sandbox.folder / "runs" / f"{self._runs:02}-{command}"
        progress = Progress(self.tell, command, None if command == "destroy" else self._is_stuck)
        return follow(
            self.sandbox.engine, command, *arguments, record=record, watch=progress if watch else None
        )

    def _is_stuck(self) -> bool:
        """Whether something in the cluster does not run, and has not changed for a while."""
        unwell = workloads(self.sandbox.api, self.sandbox.pools).unwell
        return self._patience.is_over(unwell) and bool(unwell)

    def _settled_workloads(self) -> Workloads:
        """The workloads once all of them run, or nothing changes any more."""
        deadline = time.monotonic() + _SETTLED_SECONDS
        while True:
            seen = workloads(self.sandbox.api, self.sandbox.pools)
            if not seen.unwell or time.monotonic() > deadline or self._patience.is_over(seen.unwell):
                return seen
            time.sleep(_POLL_SECONDS)


def _unchanged(run: Run, words: str) -> Outcome:
    changing = run.log.changing()
    findings = [*run.errors, *(_described(operation) for operation in changing)]
    return Outcome(words if not findings else _counted(changing), tuple(findings))


def _described(operation: Operation) -> str:
    return "\n  ".join([str(operation), *operation.changes])


def _counted(operations: list[Operation]) -> str:
    """`38 create, 2 update`."""
    kinds = [operation.kind for operation in operations]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)) or "nothing to do"
