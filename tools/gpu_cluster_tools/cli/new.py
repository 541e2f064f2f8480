"""`gpu-cluster new`: create a project."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from gpu_cluster.config.names import Name
from gpu_cluster_tools.scaffold.new_project import project_files

Folder = Annotated[
    Path, typer.Argument(help="Folder of the new project. Its name is the default project name.")
]
Named = Annotated[
    str | None, typer.Option("--name", help="Name of the project. Default: the name of the folder.")
]


def new(folder: Folder, *, name: Named = None) -> None:
    """Create a project: program, first stack, policy settings, workflows and the version of gpu-cluster.

    Existing files are not changed. You can run it again after an upgrade.
    """
    files = list(project_files(_checked(name or folder.resolve().name)))
    if folder.exists() and not folder.is_dir():
        raise typer.BadParameter(f"{folder} is not a folder", param_hint="FOLDER")
    kept = [path for path, _ in files if (folder / path).exists()]
    for path, text in files:
        if path not in kept:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
    typer.echo(f"wrote {len(files) - len(kept)} files to {folder}")
    for path in kept:
        typer.echo(f"unchanged: {path}")
    typer.echo(f"next: cd {folder} && gpu-cluster init dev")


def _checked(name: str) -> str:
    try:
        return TypeAdapter[str](Name).validate_python(name)
    except ValidationError:
        allowed = "lower-case letters, digits and dashes"
        raise typer.BadParameter(f"expected a name of {allowed}, got '{name}'; set --name") from None
