"""`gpu-cluster diagram`: print a diagram of a stack."""

import json
from typing import Annotated

import typer

from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster_tools.cli.project import Project, StackName
from gpu_cluster_tools.diagram import diagram as drawn
from gpu_cluster_tools.diagram import team_diagram

Json = Annotated[bool, typer.Option("--json", help="Print JSON, with the Mermaid source as a string.")]


def diagram(stack: StackName = "local", *, as_json: Json = False) -> None:
    """Print a Mermaid flowchart of the main parts of a stack. GitHub and many editors render it."""
    settings = Project.here().any_stack(stack)
    picture = team_diagram(settings) if isinstance(settings, TeamStack) else drawn(stack, settings)
    if as_json:
        typer.echo(json.dumps({"stack": stack, "mermaid": picture}, indent=2))
    else:
        typer.echo(picture, nl=False)
