"""`gpu-cluster status`: what runs."""

import json
from typing import Annotated

import typer

from gpu_cluster.config.team import TeamStack
from gpu_cluster_tools.cli.project import StackName
from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.cli.summary import as_data, found_in, show
from gpu_cluster_tools.cli.team_stack import pods_of, show_team, team_data

Json = Annotated[bool, typer.Option("--json", help="Print pools and models as JSON.")]


def status(stack: StackName = "local", *, as_json: Json = False) -> None:
    """Show the running platform: nodes and GPUs by pool, and the pods of each model."""
    project = RunningProject.here()
    settings = project.any_stack(stack)
    if isinstance(settings, TeamStack):
        if as_json:
            typer.echo(json.dumps(team_data(stack, settings, pods_of(project, settings)), indent=2))
        else:
            show_team(project, stack, settings)
    elif as_json:
        typer.echo(json.dumps(as_data(stack, settings, found_in(project, stack, settings)), indent=2))
    else:
        show(project, stack, settings)
