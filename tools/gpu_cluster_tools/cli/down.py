"""`gpu-cluster down`: remove the platform."""

import os
import shutil
from pathlib import Path

import typer

from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster_tools.cli.project import StackName
from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.cli.team_stack import down_team
from gpu_cluster_tools.real_node.real_nodes import RealNodes
from gpu_cluster_tools.rehearsal import PulumiEngine, local_stacks, local_state, recover, unlock
from gpu_cluster_tools.rehearsal.engine.engine import forget_selection
from gpu_cluster_tools.rehearsal.engine.engine_tmpdir import TMPDIR, TMPDIRS, clear_tmpdirs
from gpu_cluster_tools.rehearsal.engine.recovery import end_abandoned
from gpu_cluster_tools.toolchain import Toolchain, install


def down(stack: StackName = "local") -> None:
    """Remove a platform: a local one with its control plane and state, any other with `pulumi destroy`.

    For a team's stack, remove the resources of the team.
    """
    project = RunningProject.here()
    if project.is_of_team(stack):
        settings = project.any_stack(stack)
        if isinstance(settings, TeamStack):
            down_team(project, stack, settings)
    elif project.is_local(stack):
        _remove_local(project, stack)
    else:
        _destroy(project, stack)


def _remove_local(project: RunningProject, stack: str) -> None:
    if not project.local.exists():
        typer.echo(f"{stack}: not deployed on this machine")
        return
    with project.alone():
        names = local_stacks(project.folder)
        for name in names:
            unlock(PulumiEngine(project.folder, name, local_state(project.folder)))
        end_abandoned(project.folder)
        if (project.local / "rehearsal").is_dir():
            from gpu_cluster_tools.rehearsal import Sandbox  # loads the emulated account

            for sandbox in Sandbox.all_of(project.folder):
                sandbox.remove()
        RealNodes(project.local).remove()
        project.control_plane(Toolchain({})).remove()  # needs no tool, so it does not wait for a build
        _delete_files(project)
        forget_selection(project.folder, {stack, *names})
    typer.echo(f"{stack} is removed: control plane, nodes, volumes and state")
    if (tmpdir := os.environ.get(TMPDIR)) and not Path(tmpdir).is_dir():
        typer.echo(f"TMPDIR of this shell was removed too: run `unset {TMPDIR}`")


def _delete_files(project: RunningProject) -> None:
    """Delete the folder of the platform, without temporary files of an engine that updates another stack."""
    if clear_tmpdirs(project.folder, with_shell=True):
        shutil.rmtree(project.local, ignore_errors=True)
        return
    for path in project.local.iterdir():
        if path.is_dir() and path.name != TMPDIRS:
            shutil.rmtree(path, ignore_errors=True)
        elif path.is_file():
            path.unlink(missing_ok=True)


def _destroy(project: RunningProject, stack: str) -> None:
    engine = project.engine(stack, project.stack(stack), install())
    engine.select(create=False)
    for repair in recover(engine):
        typer.echo(f"recovered: {repair}")
    engine.run("destroy", "--yes", "--skip-preview")
    engine.output("stack", "rm", "--stack", stack, "--yes", "--preserve-config")  # the file is the user's
