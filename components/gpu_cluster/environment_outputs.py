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
    """Output `teams`: the grants of each team, by name; None without such an output."""

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
    """Grant of the team. `RunError` if the environment is not deployed with this grant."""
    known: dict[str, dict[str, Any]] = teams or {}
    update_first = f"run `gpu-cluster up {environment}` first."
    if team not in known:
        raise pulumi.RunError(f"{environment} has no team {team} yet; {update_first}")
    differing = [key for key, value in expected.items() if known[team].get(key) != value]
    if differing:
        raise pulumi.RunError(
            f"{environment} is deployed with another grant of team {team} than in its stack file "
            f"({', '.join(differing)}); {update_first}"
        )
    return known[team]
