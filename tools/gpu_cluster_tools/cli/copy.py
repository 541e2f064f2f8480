"""`gpu-cluster copy`: create a stack file from that of another stack."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gpu_cluster_tools.cli.project import Project, StackName

if TYPE_CHECKING:
    from gpu_cluster.config.stack import Stack
    from gpu_cluster_tools.scaffold.stack_copy import RenamedStackFile

NewName = Annotated[str, typer.Argument(help="Name of the new stack. Writes stacks/Pulumi.NAME.yaml.")]
Replace = Annotated[
    list[str] | None,
    typer.Option(metavar="OLD=NEW", help="Another word to replace, such as an address. Repeatable."),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")]


def copy(stack: StackName, name: NewName, *, replace: Replace = None, force: Force = False) -> None:
    """Copy the stack file of an environment, with its name replaced everywhere, such as for similar sites.

    Exit codes: 0 written, 2 unknown stack, invalid option, or the copy would be invalid.
    """
    from gpu_cluster.stack import is_team_file
    from gpu_cluster_tools.cli.init import named
    from gpu_cluster_tools.scaffold.policy_settings import allow
    from gpu_cluster_tools.scaffold.stack_copy import copy_of

    project = Project.here()
    template = project.stack_file(stack)
    if is_team_file(template):
        raise typer.BadParameter(f"{stack} is a team's stack: use `gpu-cluster init`", param_hint="STACK")
    file = template.with_name(f"Pulumi.{named(name)}.yaml")
    if file.exists() and (not force or file == template):
        hint = "choose another name" if file == template else "use --force to overwrite it"
        raise typer.BadParameter(f"{file} exists; {hint}", param_hint="NAME")
    made = copy_of(template.read_text(), {stack: name, **_words(replace or [], reserved=stack)})
    if unused := [word for word in made.unused if word != stack]:
        raise typer.BadParameter(f"{stack} has no {', '.join(unused)}", param_hint="--replace")
    allowed = allow(project.folder, name, _written(file, made.text))
    _report(stack, name, made, allowed)


def _words(given: list[str], *, reserved: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for each in given:
        old, equals, new = each.partition("=")
        if not (equals and old.strip()) or old in words or old == reserved:
            message = f"expected OLD=NEW, once for each word, got '{each}'"
            raise typer.BadParameter(message, param_hint="--replace")
        words[old] = new
    return words


def _written(file: Path, text: str) -> "Stack":
    """The stack of a written file; an invalid one is taken back."""
    from gpu_cluster.stack import StackFileError, load

    before = file.read_text() if file.exists() else None
    file.write_text(text)
    try:
        return load(file)
    except StackFileError:
        if before is None:
            file.unlink()
        else:
            file.write_text(before)
        raise


def _report(stack: str, name: str, made: "RenamedStackFile", allowed: list[str]) -> None:
    from gpu_cluster_tools.scaffold.policy_settings import FILE

    typer.echo(f"wrote stacks/Pulumi.{name}.yaml, a copy of stacks/Pulumi.{stack}.yaml with these changes:")
    for number, line in made.changed:
        typer.echo(f"  {number}: {line}")
    if not made.changed:
        typer.echo("  none: the copy describes the same cluster")
    for entry in allowed:
        typer.echo(f"{FILE} allows {entry}")
    if made.has_secrets:
        typer.echo(
            f"secrets are copied encrypted: {name} needs the passphrase or key of {stack}, or new secrets"
        )
    typer.echo(f"next: gpu-cluster check {name}")
