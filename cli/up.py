"""`gpu-cluster up`: start the platform and show it."""

import typer

from cli.project import Project, StackName
from cli.summary import show
from components.config.cluster import LocalCluster
from components.pools import pools_of
from rehearsal import Cluster, reconcile, recover
from toolchain import install


def up(stack: StackName = "local") -> None:
    """Start the platform and show it, after putting right what a killed run left behind."""
    project = Project.here()
    settings = project.stack(stack)
    toolchain = install()

    if isinstance(settings.cluster, LocalCluster):
        typer.echo("control plane: starting")
        control_plane = project.control_plane(toolchain)
        control_plane.start()
        changes = reconcile(Cluster(control_plane.kubeconfig), pools_of(settings))
        typer.echo(f"control plane: ready; {changes}")

    engine = project.engine(stack, settings, toolchain)
    for repair in recover(engine):
        typer.echo(f"recovered: {repair}")
    engine.select()
    engine.run("up", "--yes", "--skip-preview", "--suppress-outputs", "--suppress-permalink")
    show(project, stack, settings)
