"""`gpu-cluster down`: remove the platform."""

import shutil

import typer

from cli.project import Project, StackName
from components.config.cluster import LocalCluster
from toolchain import install


def down(stack: StackName = "local") -> None:
    """Remove the platform: the local one with its control plane and state, any other by `pulumi destroy`."""
    project = Project.here()
    settings = project.stack(stack)
    toolchain = install()
    if not isinstance(settings.cluster, LocalCluster):
        project.engine(stack, settings, toolchain).run("destroy", "--yes", "--remove")
        return
    project.control_plane(toolchain).remove()
    shutil.rmtree(project.folder / ".local", ignore_errors=True)
    typer.echo(f"{stack} is removed: its control plane, its nodes, its volumes and its state")
