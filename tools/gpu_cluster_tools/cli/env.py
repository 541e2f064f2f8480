"""`gpu-cluster env`: what `pulumi` itself needs to work on a stack."""

import json
import os
import shlex
from typing import Annotated

import typer

from gpu_cluster_tools.cli.project import StackName
from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.toolchain import install

Json = Annotated[bool, typer.Option("--json", help="Print them as JSON, by name.")]


def env(stack: StackName = "local", *, as_json: Json = False) -> None:
    """Print the shell settings with which `pulumi` works on a stack: eval "$(gpu-cluster env)".

    The engine is built first where the machine has none.
    """
    project = RunningProject.here()
    settings = project.any_stack(stack)
    environment = project.engine(stack, settings, install()).environment
    given = {key: environment[key] for key in sorted(environment) if environment[key] != os.environ.get(key)}
    if as_json:
        typer.echo(json.dumps(given, indent=2))
        return
    for key, value in given.items():
        typer.echo(f"export {key}={shlex.quote(value)}")
