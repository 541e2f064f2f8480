"""Outputs of an environment's stack, as the stacks of its teams read them."""

from dataclasses import dataclass
from typing import Any

import pulumi

from gpu_cluster.capacity import pools_of
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.kubernetes.teams import summary_of


@dataclass(frozen=True, slots=True)
class EnvironmentOutputs:
    """Outputs of an environment's stack.

    EnvironmentOutputs.of("prod").granted(team)
    """

    name: str
    teams: pulumi.Input[Any]
    """Output `teams`: what each team was granted, by name; None where there is none."""

    kubeconfig: pulumi.Input[Any]
    """Output `kubeconfig`; None where the way to the cluster is a file."""

    @classmethod
    def of(cls, name: str, project: str | None = None) -> "EnvironmentOutputs":
        """Outputs of the stack of this name, of a Pulumi project, by default the one that runs."""
        full = f"{pulumi.get_organization()}/{project or pulumi.get_project()}/{name}"
        stack = pulumi.StackReference(full, stack_name=full)
        return cls(name, stack.get_output("teams"), stack.get_output("kubeconfig"))

    def granted(self, team: TeamStack) -> pulumi.Output[dict[str, Any]]:
        """The team's grant, once it is that of the environment's stack file."""
        expected = summary_of(team.name, team.grant, pools_of(team.environment))
        return pulumi.Output.from_input(self.teams).apply(
            lambda teams: _current(teams, expected, team.name, self.name)
        )


def _current(teams: Any, expected: dict[str, object], team: str, environment: str) -> dict[str, Any]:
    """`RunError` where the environment was not brought up with this grant."""
    known: dict[str, dict[str, Any]] = teams or {}
    comes_first = f"`gpu-cluster up {environment}` comes first."
    if team not in known:
        raise pulumi.RunError(f"{environment} does not know team {team} yet: {comes_first}")
    differing = [key for key, value in expected.items() if known[team].get(key) != value]
    if differing:
        raise pulumi.RunError(
            f"{environment} was brought up with another grant of team {team} than its stack file says "
            f"({', '.join(differing)}): {comes_first}"
        )
    return known[team]
