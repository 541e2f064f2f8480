"""`gpu-cluster up`: start the platform and show it."""

import typer

from cli.project import Project, StackName
from cli.summary import show
from components.config.cluster import LocalCluster
from components.config.stack import Stack
from components.pools import pools_of
from rehearsal import Cluster, forget_local_state, reconcile, recover
from toolchain import Toolchain, install


def up(stack: StackName = "local") -> None:
    """Start the platform and show it, after putting right what a killed run left behind."""
    project = Project.here()
    settings = project.stack(stack)
    toolchain = install()

    if isinstance(settings.cluster, LocalCluster):
        _start_nodes(project, settings, toolchain)

    engine = project.engine(stack, settings, toolchain)
    for repair in recover(engine):
        typer.echo(f"recovered: {repair}")
    engine.select()
    engine.run("up", "--yes", "--skip-preview", "--suppress-outputs", "--suppress-permalink=true")
    show(project, stack, settings)


def _start_nodes(project: Project, settings: Stack, toolchain: Toolchain) -> None:
    typer.echo("control plane: starting")
    control_plane = project.control_plane(toolchain)
    if control_plane.start():
        forget_local_state(project.folder)
    nodes = reconcile(Cluster(control_plane.kubeconfig), pools_of(settings))
    created, updated, removed = len(nodes.created), len(nodes.updated), len(nodes.removed)
    typer.echo(f"control plane: ready; nodes: {created} created, {updated} changed, {removed} removed")
