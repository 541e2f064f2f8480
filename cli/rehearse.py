"""`gpu-cluster rehearse`: run a stack from nothing to nothing on this machine."""

import json
from typing import Annotated

import typer

from cli.project import Project, StackName
from rehearsal import Sandbox
from rehearsal import rehearse as run
from toolchain import install

Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON; the steps go to stderr.")]
Keep = Annotated[bool, typer.Option("--keep", help="Leave cluster and account running, to look at them.")]


def rehearse(stack: StackName = "local", *, as_json: Json = False, keep: Keep = False) -> None:
    """Bring a stack up on this machine, change it and destroy it, and say what did not hold."""
    project = Project.here()
    project.stack(stack)  # what is wrong with the file is told before anything starts
    sandbox = Sandbox(project.folder, stack, install())
    with sandbox.alone():
        try:
            report = run(sandbox, lambda line: typer.echo(line, err=as_json))
        finally:
            if not keep:
                sandbox.remove()
    typer.echo(json.dumps(report.as_json(), indent=2) if as_json else report.as_text())
    if keep:
        typer.echo(f"kept in {sandbox.folder}: `gpu-cluster rehearse {stack}` removes it first", err=True)
    if not report.held:
        raise typer.Exit(1)
