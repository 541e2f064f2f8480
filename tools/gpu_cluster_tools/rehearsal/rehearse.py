"""Rehearsal: create, update and destroy a stack with the real engine."""

from dataclasses import dataclass, field, replace

from gpu_cluster_tools.rehearsal.aws.faults import Faults
from gpu_cluster_tools.rehearsal.cluster_state.leftovers import leftovers_in_cluster, settled_objects
from gpu_cluster_tools.rehearsal.engine.retry import retry_update
from gpu_cluster_tools.rehearsal.engine.run_pulumi import Run
from gpu_cluster_tools.rehearsal.engine.run_watcher import Tell
from gpu_cluster_tools.rehearsal.pod_network import accounts_on_aws, aws_targets, dns_targets, unreached
from gpu_cluster_tools.rehearsal.report import Outcome, RehearsalReport
from gpu_cluster_tools.rehearsal.sandbox import Sandbox
from gpu_cluster_tools.rehearsal.simulated_controllers import simulated_controllers
from gpu_cluster_tools.rehearsal.stack_edits import edits_of
from gpu_cluster_tools.rehearsal.steps import RehearsalSteps
from gpu_cluster_tools.rehearsal.stored_data import store_data
from gpu_cluster_tools.rehearsal.team_isolation import escapes

_NO_FAULTS = Faults()


def rehearse(sandbox: Sandbox, tell: Tell, faults: Faults = _NO_FAULTS) -> RehearsalReport:
    """Run every step on a stack. The sandbox stays open after the last step.

    Updates that fail because of `faults` are retried. `RehearsalError` if the rehearsal cannot run.
    """
    rehearsal = _EnvironmentSteps(sandbox, sandbox, tell, faults=faults)
    rehearsal.step("start", rehearsal.open)
    with simulated_controllers(sandbox):
        read_only = [("network", rehearsal.network)]
        if sandbox.stack.teams:
            read_only.append(("teams", rehearsal.teams))
        rehearsal.run(sandbox.stack, edits_of(sandbox.stack), rehearsal.leftovers, read_only)
    return rehearsal.report


@dataclass
class _EnvironmentSteps(RehearsalSteps[Sandbox]):
    faults: Faults = _NO_FAULTS
    _before: set[str] = field(default_factory=set[str])
    """Objects of the cluster without the stack."""
    _kept: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Retained resources of the account, by type and id."""
    _failed: list[Run] = field(default_factory=list[Run])
    """Attempts before the last one."""

    def open(self) -> Outcome:
        self.sandbox.open()
        self._before = settled_objects(self.sandbox.api)
        if self.sandbox.on_aws:
            return Outcome("an emulated account and a control plane")
        nodes = len(self.sandbox.api.items("/api/v1/nodes"))
        return Outcome(f"{nodes} simulated nodes and a control plane")

    def network(self) -> Outcome:
        """Network policies allow all required connections of pods."""
        sandbox = self.sandbox
        aws = sandbox.aws if sandbox.on_aws else None
        targets, accounts = (aws_targets(aws), accounts_on_aws(aws)) if aws else ([], set[tuple[str, str]]())
        findings = unreached(sandbox.api, dns_targets(sandbox.stack), targets, accounts)
        words = "DNS and the VPC endpoints" if aws else "DNS"
        return Outcome(f"network policies allow pods to reach {words}", tuple(findings))

    def teams(self) -> Outcome:
        """Pods of teams get the GPUs that they ask for, and no others."""
        stack = self.sandbox.stack
        findings = tuple(escapes(self.sandbox.api, stack, self.sandbox.pools))
        teams = "1 team" if len(stack.teams) == 1 else f"{len(stack.teams)} teams"
        return Outcome(f"pods of {teams} get only their own GPUs", findings)

    def destroy(self) -> Outcome:
        """The data of the environment is deleted with it."""
        sandbox = self.sandbox
        self._kept = sandbox.retained()
        filled = store_data(sandbox.aws, sandbox.resources()) if sandbox.on_aws else 0
        outcome = super().destroy()
        return replace(outcome, words=f"{outcome.words}; {filled} with data") if filled else outcome

    def leftovers(self) -> Outcome:
        """No new objects remain in the state, the cluster and the account."""
        objects, kept = leftovers_in_cluster(self.sandbox.api, self._before)
        findings = [*self.left_in_state(), *(f"in the cluster: {name}" for name in objects)]
        if self.sandbox.on_aws:
            lost = set(self.sandbox.account.leftovers()) - self._kept
            findings += [f"in the account: {type} {id}" for type, id in sorted(lost)]
            findings += self.sandbox.lost()
        kept += [f"{type} {id}" for type, id in sorted(self._kept)]
        words = "only retained resources" if kept else "nothing"
        return Outcome(words, tuple(findings), tuple(kept))

    def attempt(self, command: str, *arguments: str) -> Run:
        """The last attempt; without faults there is one."""
        if not self.faults.rates:
            return super().attempt(command, *arguments)

        def again(*told: str) -> Run:
            return super(_EnvironmentSteps, self).attempt(command, *arguments, *told)

        *self._failed, last = retry_update(again, self.faults, self.sandbox.account.inject)
        self.faults = replace(self.faults, run=self.faults.run + len(self._failed) + 1)
        self.sandbox.account.inject(_NO_FAULTS)  # the checks that follow run without faults
        return last

    def earlier_errors(self) -> tuple[str, ...]:
        return tuple(f"before that: {error}" for run in self._failed for error in run.errors)
