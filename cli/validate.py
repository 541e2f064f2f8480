"""`gpu-cluster validate`: read a stack file and name everything that is wrong with it."""

import typer

from cli.project import Project, StackName


def validate(stack: StackName = "local") -> None:
    """Read a stack file and name everything that is wrong with it, without cluster or credentials."""
    settings = Project.here().stack(stack)
    pools, models = len(settings.pools), len(settings.serving.models)
    typer.echo(
        f"{stack}: {pools} pools and {models} models on provider {settings.cluster.provider}, all right"
    )
