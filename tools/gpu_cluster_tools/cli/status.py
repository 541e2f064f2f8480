"""`gpu-cluster status`: show the running platform."""

import json
from typing import Annotated

import typer

from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster_tools.cli.project import StackName
from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.cli.status_summary import as_data, found_in, summary
from gpu_cluster_tools.cli.team_stack import pods_of, team_data, team_summary
from gpu_cluster_tools.cli.terminal.progress import working

Json = Annotated[bool, typer.Option("--json", help="Print JSON, with pools, models and unhealthy pods.")]


def status(stack: StackName = "local", *, as_json: Json = False) -> None:
    """Show the running platform: nodes and GPUs by pool, the pods of each model, and other unhealthy pods.

    Other pods are those of the platform and its teams, one line for each cause.

    Exit codes: 0 the cluster answered, whether its pods are ready or not, 1 it did not, 2 invalid command
    line or stack file. `gpu-cluster verify` fails if the platform does not work.
    """
    project = RunningProject.here()
    settings = project.any_stack(stack)
    if isinstance(settings, TeamStack):
        with working(f"asking the cluster of {stack}", quiet=as_json):
            pods = pods_of(project, settings)
        if as_json:
            typer.echo(json.dumps(team_data(stack, settings, pods), indent=2))
        else:
            typer.echo(team_summary(stack, settings, pods))
        return
    with working(f"asking the cluster of {stack}", quiet=as_json):
        found = found_in(project, stack, settings)
    typer.echo(
        json.dumps(as_data(stack, settings, found), indent=2) if as_json else summary(stack, settings, found)
    )
