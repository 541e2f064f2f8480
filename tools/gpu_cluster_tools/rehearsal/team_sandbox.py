"""A team's stack in the sandbox of the environment that it is on, deployed as the team."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.team_stack import LOCAL_TEAMS, TeamStack
from gpu_cluster.stack import load_any
from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.rehearsal.control_plane.team_access import admit
from gpu_cluster_tools.rehearsal.engine.engine import PulumiEngine, local_state
from gpu_cluster_tools.rehearsal.engine.state_files import resources_of
from gpu_cluster_tools.rehearsal.errors import RehearsalError
from gpu_cluster_tools.rehearsal.fake_secrets import set_fake_secrets
from gpu_cluster_tools.rehearsal.sandbox import Sandbox
from gpu_cluster_tools.rehearsal.stack_copy import StackCopy


@dataclass(frozen=True)
class TeamSandbox:
    """Its files lie beside those of the environment, whose state and cluster it shares.

    team_sandbox = TeamSandbox(Sandbox(project, "prod", install()), "prod-vision")
    team_sandbox.open()
    team_sandbox.sandbox.engine.run("up", "--yes")
    team_sandbox.engine.run("up", "--yes")
    """

    sandbox: Sandbox
    name: str
    """Name of its stack."""

    def open(self) -> None:
        """Grant the team access, and copy its stack file. The sandbox must be open."""
        original = self.sandbox.project / "stacks" / self.stack_file.path.name
        name, elsewhere = _team_of(original).name, self.sandbox.provider == "existing"
        kubeconfig = f"{LOCAL_TEAMS}/{name}.kubeconfig" if elsewhere else None
        left_out = self.stack_file.take(original, kubeconfig=kubeconfig)
        if not self.sandbox.on_aws:
            admit(self.sandbox.folder, self.sandbox.control_plane, name)
        self.engine.select()
        self.secrets.update(set_fake_secrets(self.engine, left_out))

    @property
    def team(self) -> TeamStack:
        """The settings as the copy of the stack file has them now."""
        return _team_of(self.stack_file.path)

    @property
    def stack_file(self) -> StackCopy:
        return StackCopy(self.sandbox.folder / "stacks" / f"Pulumi.{self.name}.yaml")

    @cached_property
    def engine(self) -> PulumiEngine:
        """Kubeconfig of a member; on a local or existing cluster, the team's kubeconfig has the identity."""
        environment = self.sandbox.toolchain.environment() | local_state(self.sandbox.folder)
        cluster = self.team.environment.cluster
        if isinstance(cluster, EksSettings):
            member = next(it for it in self.team.grant.members if it.startswith("arn:"))
            account = Account(self.sandbox.folder / ".local", id=cluster.account, principal=member)
            environment = account.environment(environment, self.sandbox.aws_provider)
        return PulumiEngine(self.sandbox.folder, self.name, environment)

    @cached_property
    def secrets(self) -> dict[str, str]:
        """Generated values by their key path in the stack file."""
        return {}

    def resources(self) -> list[dict[str, Any]]:
        """Resources in the engine's state of the team's stack."""
        return resources_of(self.engine)


def _team_of(stack_file: Path) -> TeamStack:
    team = load_any(stack_file)
    if not isinstance(team, TeamStack):
        raise RehearsalError(f"{stack_file.name} is the stack file of an environment, not of a team")
    return team
