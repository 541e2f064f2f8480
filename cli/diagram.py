"""`gpu-cluster diagram`: a stack as a picture."""

import typer

from cli.project import Project, StackName
from components.diagram import diagram as drawn


def diagram(stack: StackName = "local") -> None:
    """Print a stack as a flowchart in Mermaid, which GitHub and editors draw: only what matters."""
    typer.echo(drawn(stack, Project.here().stack(stack)), nl=False)
