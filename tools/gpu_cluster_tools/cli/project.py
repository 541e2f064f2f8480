"""Project of the working directory, and its stacks."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer

from gpu_cluster.project import project_above

if TYPE_CHECKING:
    from gpu_cluster.config.stack import Stack
    from gpu_cluster.config.team_stack import TeamStack


class NoProjectError(Exception):
    """The working directory is not inside a project."""


class NoStackError(Exception):
    """The project has no stack with that name."""


@dataclass(frozen=True)
class Project:
    """A checkout with its Pulumi.yaml.

    project = Project.here()
    project.stack("prod")  # validated
    """

    folder: Path

    @classmethod
    def here(cls) -> Self:
        """Nearest project upwards from the working directory. `NoProjectError` if there is none."""
        folder = project_above(Path.cwd())
        if folder is None:
            hint = "run gpu-cluster inside a project, or create one with `gpu-cluster new FOLDER`"
            raise NoProjectError(f"no Pulumi.yaml in {Path.cwd()} or above it: {hint}")
        return cls(folder)

    def stack_names(self) -> list[str]:
        """Names of the stacks that have a file."""
        files = (self.folder / "stacks").glob("Pulumi.*.yaml")
        return sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files)

    def stack_file(self, name: str) -> Path:
        """Path of a stack file. `NoStackError` with the nearest name if there is none."""
        names = self.stack_names()
        if name not in names:
            meant = Path(name).name.removeprefix("Pulumi.").removesuffix(".yaml")
            near = get_close_matches(meant, names, n=1)
            asked = f"stacks/Pulumi.{name}.yaml" if meant == name else f"stack '{name}'"
            hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(names) or 'none'}"
            raise NoStackError(f"no {asked} in {self.folder}: {hint}")
        return self.folder / "stacks" / f"Pulumi.{name}.yaml"

    def stack(self, name: str) -> "Stack":
        """Settings of a stack. `StackFileError` with all errors of its file."""
        from gpu_cluster.stack import load  # takes longer than listing and completing names

        return load(self.stack_file(name))

    def any_stack(self, name: str) -> "Stack | TeamStack":
        """Settings of an environment or of a team's stack."""
        from gpu_cluster.stack import load_any

        return load_any(self.stack_file(name))

    @property
    def local(self) -> Path:
        """Folder with the state of provider `local`."""
        return self.folder / ".local"


def _known(incomplete: str) -> Iterator[str]:
    try:
        names = Project.here().stack_names()
    except NoProjectError:
        return
    yield from (name for name in names if name.startswith(incomplete))


_ARGUMENT = typer.Argument(help="Name of the stack: stacks/Pulumi.NAME.yaml.", autocompletion=_known)

StackName = Annotated[str, _ARGUMENT]
StackArgument = Annotated[str | None, _ARGUMENT]
"""Optional stack argument."""
