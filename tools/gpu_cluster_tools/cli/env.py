"""`gpu-cluster env`: what `pulumi` itself needs to work on a stack."""

import os
import shlex

import typer

from gpu_cluster_tools.cli.project import StackName
from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.toolchain import install


def env(stack: StackName = "local") -> None:
    """Print the shell settings with which `pulumi` works on a stack: eval "$(gpu-cluster env)"."""
    project = RunningProject.here()
    settings = project.any_stack(stack)
    environment = project.engine(stack, settings, install()).environment
    for key in sorted(environment):
        if environment[key] != os.environ.get(key):
            typer.echo(f"export {key}={shlex.quote(environment[key])}")
