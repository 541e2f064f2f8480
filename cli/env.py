"""`gpu-cluster env`: what `pulumi` itself needs to work on a stack."""

import os
import shlex

import typer

from cli.project import StackName
from cli.running import RunningProject
from toolchain import install


def env(stack: StackName = "local") -> None:
    """Print the shell settings with which `pulumi` works on a stack: eval "$(gpu-cluster env)"."""
    project = RunningProject.here()
    environment = project.engine(stack, project.stack(stack), install()).environment
    for key in sorted(environment):
        if environment[key] != os.environ.get(key):
            typer.echo(f"export {key}={shlex.quote(environment[key])}")
