"""The project that a command is run in, and what of it a command is about."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from components.cluster import kubeconfig_of
from components.config.cluster import ExistingCluster, LocalCluster
from components.config.eks import EksSettings
from components.config.stack import Stack
from components.stackfile import load
from rehearsal import Cluster, ControlPlane, Engine, RehearsalError, local_stacks, local_state, locked
from toolchain import Toolchain, install

StackName = Annotated[str, typer.Argument(help="Name of the stack: stacks/Pulumi.NAME.yaml.")]


@dataclass(frozen=True)
class Project:
    """A checkout with its Pulumi.yaml.

    project = Project.here()
    project.stack("prod")  # validated
    """

    folder: Path

    @classmethod
    def here(cls) -> "Project":
        """The nearest one upwards from the working directory. `RehearsalError` where there is none."""
        here = Path.cwd()
        for folder in (here, *here.parents):
            if (folder / "Pulumi.yaml").is_file():
                return cls(folder)
        raise RehearsalError(f"no Pulumi.yaml in {here} or above it: run gpu-cluster inside the project")

    def stack(self, name: str) -> Stack:
        """The settings of a stack. `StackFileError` with everything that is wrong with its file."""
        return load(self.folder / "stacks" / f"Pulumi.{name}.yaml")

    def cluster(self, name: str, stack: Stack) -> Cluster:
        """The cluster that a stack is on. `NoKubeconfigError` where the way to it is missing."""
        if isinstance(stack.cluster, EksSettings):
            return Cluster(self._kubeconfig_of_eks(name, stack))
        context = stack.cluster.context if isinstance(stack.cluster, ExistingCluster) else None
        return Cluster(Path(kubeconfig_of(stack.cluster, self.folder)), context)

    def _kubeconfig_of_eks(self, name: str, stack: Stack) -> Path:
        """What the stack says of its own cluster. It holds no credential: whoever uses it signs in to AWS."""
        engine = self.engine(name, stack, install())
        path = self.local / f"{name}.kubeconfig"
        path.parent.mkdir(exist_ok=True)
        path.write_text(engine.output("stack", "output", "kubeconfig", "--stack", name))
        return path

    @property
    def local(self) -> Path:
        """Where everything of provider `local` is."""
        return self.folder / ".local"

    @contextmanager
    def alone(self) -> Generator[None]:
        """One command at a time that starts or removes the local platform; the next one waits."""
        waiting = "waiting for another gpu-cluster that works in this checkout"
        with locked(self.local / "lock", waiting=lambda: typer.echo(waiting)):
            yield

    def control_plane(self, toolchain: Toolchain) -> ControlPlane:
        """That of provider `local`."""
        return ControlPlane(self.local, toolchain)

    def engine(self, name: str, stack: Stack, toolchain: Toolchain) -> Engine:
        """The engine on a stack, with state in the checkout where the platform is local."""
        state = local_state(self.folder) if isinstance(stack.cluster, LocalCluster) else {}
        return Engine(self.folder, name, toolchain.environment() | state)

    def is_local(self, name: str) -> bool:
        """Whether a stack is on this machine; what runs here says so even where its file is wrong by now."""
        return name in local_stacks(self.folder) or isinstance(self.stack(name).cluster, LocalCluster)
