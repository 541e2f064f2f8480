"""`gpu-cluster diagram`: a stack as a picture."""

import typer

from gpu_cluster.config.team import TeamStack
from gpu_cluster_tools.cli.project import Project, StackName
from gpu_cluster_tools.diagram import diagram as drawn
from gpu_cluster_tools.diagram import team_diagram


def diagram(stack: StackName = "local") -> None:
    """Print a stack as a flowchart in Mermaid, which GitHub and editors draw: only what matters."""
    settings = Project.here().any_stack(stack)
    picture = team_diagram(settings) if isinstance(settings, TeamStack) else drawn(stack, settings)
    typer.echo(picture, nl=False)
