"""`gpu-cluster env`: environment variables for `pulumi` on a stack."""

import json
import os
import shlex
from typing import Annotated

import typer

from gpu_cluster_tools.cli.project import StackName
from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.rehearsal.engine.engine_tmpdir import shell_variables
from gpu_cluster_tools.toolchain import install

Json = Annotated[bool, typer.Option("--json", help="Print JSON, by name of the variable.")]


def env(stack: StackName = "local", *, as_json: Json = False) -> None:
    """Print the environment variables for `pulumi` on a stack. Use: eval "$(gpu-cluster env)".

    Builds the Pulumi engine first if the machine does not have it.
    """
    project = RunningProject.here()
    settings = project.any_stack(stack)
    engine = project.engine(stack, settings, install())
    environment = {**engine.environment, **shell_variables(engine.project)}
    given = {key: environment[key] for key in sorted(environment) if environment[key] != os.environ.get(key)}
    if as_json:
        typer.echo(json.dumps(given, indent=2))
        return
    for key, value in given.items():
        typer.echo(f"export {key}={shlex.quote(value)}")
