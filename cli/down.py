"""`gpu-cluster down`: remove the platform."""

import shutil

import typer

from cli.project import Project, StackName
from components.config.cluster import LocalCluster
from rehearsal import recover
from toolchain import install


def down(stack: StackName = "local") -> None:
    """Remove the platform: the local one with its control plane and state, any other by `pulumi destroy`."""
    project = Project.here()
    settings = project.stack(stack)
    toolchain = install()
    if not isinstance(settings.cluster, LocalCluster):
        engine = project.engine(stack, settings, toolchain)
        for repair in recover(engine):
            typer.echo(f"recovered: {repair}")
        engine.run("destroy", "--yes", "--skip-preview")
        engine.output("stack", "rm", "--stack", stack, "--yes", "--preserve-config")  # the file is the user's
        return
    project.control_plane(toolchain).remove()
    shutil.rmtree(project.folder / ".local", ignore_errors=True)
    typer.echo(f"{stack} is removed: its control plane, its nodes, its volumes and its state")
