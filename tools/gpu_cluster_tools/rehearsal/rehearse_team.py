"""Rehearsal of a team's stack in its environment, with the team's permissions."""

from dataclasses import dataclass, field

from gpu_cluster_tools.rehearsal.cluster_state.leftovers import leftovers_in_cluster, settled_objects
from gpu_cluster_tools.rehearsal.engine.run_watcher import Tell
from gpu_cluster_tools.rehearsal.report import Outcome, RehearsalReport
from gpu_cluster_tools.rehearsal.simulated_controllers import simulated_controllers
from gpu_cluster_tools.rehearsal.stack_edits import team_edits_of
from gpu_cluster_tools.rehearsal.steps import RehearsalSteps
from gpu_cluster_tools.rehearsal.team_sandbox import TeamSandbox


def rehearse_team(team_sandbox: TeamSandbox, tell: Tell) -> RehearsalReport:
    """Run every step on a team's stack, on its environment. The sandbox stays open after the last step.

    `RehearsalError` if the rehearsal cannot run.
    """
    rehearsal = _TeamSteps(team_sandbox.sandbox, team_sandbox, tell)
    rehearsal.step("start", rehearsal.open)
    with simulated_controllers(team_sandbox.sandbox):
        if not rehearsal.step("below", rehearsal.environment):
            return rehearsal.report
        rehearsal.run(team_sandbox.team.served, team_edits_of(team_sandbox.team), rehearsal.leftovers)
    return rehearsal.report


@dataclass
class _TeamSteps(RehearsalSteps[TeamSandbox]):
    _objects: set[str] = field(default_factory=set[str])
    """Objects of the cluster without the team's stack."""
    _made: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Resources of the account without the team's stack, by type and id."""

    def open(self) -> Outcome:
        self.sandbox.open()
        self.tried.open()
        return Outcome(f"team {self.tried.team.name} on a control plane")

    def environment(self) -> Outcome:
        """The environment of the team's stack is deployed, and all workloads run."""
        environment = RehearsalSteps(self.sandbox, self.sandbox, self.tell)
        created = environment.up()
        unhealthy = () if created.findings else environment.workloads().findings
        self._objects = settled_objects(self.sandbox.api)
        if self.sandbox.on_aws:
            self._made = set(self.sandbox.account.made())
        return Outcome(f"{self.sandbox.name}: {created.words}", (*created.findings, *unhealthy))

    def leftovers(self) -> Outcome:
        """The state, the cluster and the account have only what the environment had before."""
        objects, kept = leftovers_in_cluster(self.sandbox.api, self._objects)
        findings = [*self.left_in_state(), *(f"in the cluster: {name}" for name in objects)]
        if self.sandbox.on_aws:
            more = set(self.sandbox.account.made()) - self._made
            findings += [f"in the account: {type} {id}" for type, id in sorted(more)]
        words = "only retained volumes" if kept else "nothing"
        return Outcome(words, tuple(findings), tuple(kept))
