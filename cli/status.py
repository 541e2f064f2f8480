"""`gpu-cluster status`: what runs."""

from cli.project import StackName
from cli.running import RunningProject
from cli.summary import show


def status(stack: StackName = "local") -> None:
    """Show what runs: nodes and GPUs by pool, and where each model's pods are."""
    project = RunningProject.here()
    show(project, stack, project.stack(stack))
