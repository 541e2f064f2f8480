"""Project with running stacks: engine, clusters and the local control plane."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import typer

from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
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
    """Project from which platforms are started, inspected and removed."""

    def cluster(self, name: str, stack: Stack) -> KubernetesClient:
        """Cluster of a stack. `NoKubeconfigError` if it has no kubeconfig."""
        return KubernetesClient(*self.kubeconfig(name, stack))

    def kubeconfig(self, name: str, stack: Stack) -> tuple[Path, str | None]:
        """Kubeconfig of the cluster of a stack, and its context unless it is the current one."""
        if isinstance(stack.cluster, EksSettings):
            return self._kubeconfig_of_eks(name, stack), None
        from gpu_cluster.kubernetes.cluster import kubeconfig_of  # loads the SDKs

        context = stack.cluster.context if isinstance(stack.cluster, ExistingCluster) else None
        return Path(kubeconfig_of(stack.cluster, self.folder)), context

    def _kubeconfig_of_eks(self, name: str, stack: Stack) -> Path:
        """Kubeconfig from the stack outputs.

        It contains no credential: the user signs in to AWS. `ToolchainError` if the engine is not built,
        because a read-only command should not build it.
        """
        engine = self.engine(name, stack, ready_engine())
        path = self.local / f"{name}.kubeconfig"
        path.parent.mkdir(exist_ok=True)
        path.write_text(engine.output("stack", "output", "kubeconfig", "--stack", name))
        return path

    @contextmanager
    def alone(self) -> Generator[None]:
        """Lock: one command at a time starts or removes the local platform; others wait."""
        waiting = "waiting for another gpu-cluster command in this checkout"
        with locked(self.local / "lock", waiting=lambda: typer.echo(waiting)):
            yield

    def control_plane(self, toolchain: Toolchain) -> LocalControlPlane:
        """Control plane of provider `local`, with access to Services and kubelets of real nodes."""
        return LocalControlPlane(self.local, toolchain, services=True)

    def engine(self, name: str, stack: Stack | TeamStack, toolchain: Toolchain) -> PulumiEngine:
        """Pulumi engine for a stack; local state is in the platform's checkout."""
        environment = stack.environment if isinstance(stack, TeamStack) else stack
        is_local = isinstance(environment.cluster, LocalCluster)
        state = local_state(self.below(stack).folder) if is_local else {}
        return PulumiEngine(self.folder, name, toolchain.environment() | state)

    def below(self, stack: Stack | TeamStack) -> "RunningProject":
        """Project of the stack's environment, which a team's file may name."""
        platform = stack.platform if isinstance(stack, TeamStack) else None
        return RunningProject(platform.folder) if platform else self

    def is_of_team(self, name: str) -> bool:
        """Whether a stack file is a team's, valid or not."""
        path = self.folder / "stacks" / f"Pulumi.{name}.yaml"
        return path.is_file() and is_team_file(path)

    def is_local(self, name: str) -> bool:
        """Whether a stack runs on this machine; a running stack counts even if its file is now invalid."""
        return name in local_stacks(self.folder) or isinstance(self.stack(name).cluster, LocalCluster)
