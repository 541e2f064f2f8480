"""A project whose stacks run: their engine, their clusters and the control plane of this machine."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import typer

from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.kubernetes.cluster import kubeconfig_of
from gpu_cluster.stack import is_team_file
from gpu_cluster_tools.cli.project import Project
from gpu_cluster_tools.rehearsal import (
    KubernetesClient,
    LocalControlPlane,
    PulumiEngine,
    local_stacks,
    local_state,
    locked,
)
from gpu_cluster_tools.toolchain import Toolchain, ready_engine


class RunningProject(Project):
    """A checkout from which platforms are started, looked at and removed."""

    def cluster(self, name: str, stack: Stack) -> KubernetesClient:
        """The cluster that a stack is on. `NoKubeconfigError` where the way to it is missing."""
        return KubernetesClient(*self.kubeconfig(name, stack))

    def kubeconfig(self, name: str, stack: Stack) -> tuple[Path, str | None]:
        """The kubeconfig of the cluster that a stack is on, and its context if it is not the current one."""
        if isinstance(stack.cluster, EksSettings):
            return self._kubeconfig_of_eks(name, stack), None
        context = stack.cluster.context if isinstance(stack.cluster, ExistingCluster) else None
        return Path(kubeconfig_of(stack.cluster, self.folder)), context

    def _kubeconfig_of_eks(self, name: str, stack: Stack) -> Path:
        """Output of the stack. It holds no credential: its user signs in to AWS.

        `ToolchainError` if the engine would have to be built: no look at a cluster is worth that.
        """
        engine = self.engine(name, stack, ready_engine())
        path = self.local / f"{name}.kubeconfig"
        path.parent.mkdir(exist_ok=True)
        path.write_text(engine.output("stack", "output", "kubeconfig", "--stack", name))
        return path

    @contextmanager
    def alone(self) -> Generator[None]:
        """One command at a time that starts or removes the local platform; the next one waits."""
        waiting = "waiting for another gpu-cluster that works in this checkout"
        with locked(self.local / "lock", waiting=lambda: typer.echo(waiting)):
            yield

    def control_plane(self, toolchain: Toolchain) -> LocalControlPlane:
        """The control plane of provider `local`, which reaches Services and kubelets of real nodes."""
        return LocalControlPlane(self.local, toolchain, services=True)

    def engine(self, name: str, stack: Stack | TeamStack, toolchain: Toolchain) -> PulumiEngine:
        """The engine on a stack, with state in the platform's checkout where that is local."""
        environment = stack.environment if isinstance(stack, TeamStack) else stack
        is_local = isinstance(environment.cluster, LocalCluster)
        state = local_state(self.below(stack).folder) if is_local else {}
        return PulumiEngine(self.folder, name, toolchain.environment() | state)

    def below(self, stack: Stack | TeamStack) -> "RunningProject":
        """The project that the environment of a stack is of: another one where a team names its platform."""
        platform = stack.platform if isinstance(stack, TeamStack) else None
        return RunningProject(platform.folder) if platform else self

    def is_of_team(self, name: str) -> bool:
        """Whether a stack is a team's, by what its file says, right or wrong."""
        path = self.folder / "stacks" / f"Pulumi.{name}.yaml"
        return path.is_file() and is_team_file(path)

    def is_local(self, name: str) -> bool:
        """Whether a stack is on this machine; what runs here says so even where its file is wrong by now."""
        return name in local_stacks(self.folder) or isinstance(self.stack(name).cluster, LocalCluster)
