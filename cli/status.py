"""`gpu-cluster status`: what runs."""

import json
from typing import Annotated

import typer

from cli.project import StackName
from cli.running import RunningProject
from cli.summary import as_data, found_in, show

Json = Annotated[bool, typer.Option("--json", help="Print pools and models as JSON.")]


def status(stack: StackName = "local", *, as_json: Json = False) -> None:
    """Show what runs: nodes and GPUs by pool, and where each model's pods are."""
    project = RunningProject.here()
    settings = project.stack(stack)
    if as_json:
        typer.echo(json.dumps(as_data(stack, settings, found_in(project, stack, settings)), indent=2))
    else:
        show(project, stack, settings)
