"""`gpu-cluster status`: what runs."""

from cli.project import Project, StackName
from cli.summary import show


def status(stack: StackName = "local") -> None:
    """Show what runs: nodes and GPUs by pool, and where each model's pods are."""
    project = Project.here()
    show(project, stack, project.stack(stack))
