"""`gpu-cluster diagram`: a stack as a picture."""

import typer

from cli.project import Project, StackName
from components.config.team import TeamStack
from components.diagram import diagram as drawn
from components.diagram import team_diagram


def diagram(stack: StackName = "local") -> None:
    """Print a stack as a flowchart in Mermaid, which GitHub and editors draw: only what matters."""
    settings = Project.here().any_stack(stack)
    picture = team_diagram(settings) if isinstance(settings, TeamStack) else drawn(stack, settings)
    typer.echo(picture, nl=False)
