"""`gpu-cluster new`: create a project."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from gpu_cluster.config.names import Name
from gpu_cluster.file_path import real_path
from gpu_cluster_tools.cli.terminal.width import say
from gpu_cluster_tools.review.affected_stacks import REQUIREMENTS
from gpu_cluster_tools.scaffold.new_project import project_files
from gpu_cluster_tools.scaffold.requirement import requirement


def _folder(given: str) -> Path:
    if not given:  # as a Path it would be the current folder
        raise typer.BadParameter("expected a folder, got nothing; . is the current one")
    return Path(given)


Folder = Annotated[
    Path,
    typer.Argument(
        path_type=str,
        callback=_folder,
        help="Folder of the new project. Its name is the default project name.",
    ),
]
Named = Annotated[
    str | None, typer.Option("--name", help="Name of the project. Default: the name of the folder.")
]


def new(folder: Folder, *, name: Named = None) -> None:
    """Create a project: program, first stack, policy settings, workflows and the version of gpu-cluster.

    Existing files are not changed. You can run it again after an upgrade.
    """
    required = requirement()
    if (folder / REQUIREMENTS).exists():
        required = replace(required, wheel=None, note="")
    files = list(project_files(_checked(name or real_path(folder).name), required))
    if folder.exists() and not folder.is_dir():
        raise typer.BadParameter(f"{folder} is not a folder", param_hint="FOLDER")
    kept = [path for path, _ in files if (folder / path).exists()]
    for path, content in files:
        if path not in kept:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
    typer.echo(f"wrote {len(files) - len(kept)} files to {folder}")
    for path in kept:
        typer.echo(f"unchanged: {path}")
    if required.note:
        say(f"note: requirements.txt: {required.note}")
    typer.echo(f"next: cd {shlex.quote(str(folder))} && gpu-cluster init dev")


def _checked(name: str) -> str:
    try:
        return TypeAdapter[str](Name).validate_python(name)
    except ValidationError:
        allowed = "lower-case letters, digits and dashes"
        raise typer.BadParameter(f"expected a name of {allowed}, got '{name}'; set --name") from None
