"""Commands on a team's stack in an environment."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.cli.status_summary import reasons_of, rows_of
from gpu_cluster_tools.cli.terminal.table import table
from gpu_cluster_tools.rehearsal import (
    KubernetesClient,
    PulumiEngine,
    RehearsalError,
    Replica,
    admit,
    local_stacks,
    recover,
    replicas_in,
)
from gpu_cluster_tools.rehearsal.cluster_state.removed_models import removed_models as retired
from gpu_cluster_tools.toolchain import Toolchain, install


def up_team(project: RunningProject, name: str, team: TeamStack) -> None:
    """Deploy the team's stack with the team's credentials."""
    if isinstance(team.environment.cluster, LocalCluster):
        below = project.below(team)
        with below.alone():
            toolchain = install()
            _open(below, team, toolchain)
            _update(project.engine(name, team, toolchain), team)
    else:
        _update(project.engine(name, team, install()), team)
    show_team(project, name, team)


def down_team(project: RunningProject, name: str, team: TeamStack) -> None:
    """Remove the team's resources; its grant belongs to the environment."""
    engine = project.engine(name, team, install())
    engine.select(create=False)
    for repair in recover(engine):
        typer.echo(f"recovered: {repair}")
    engine.run("destroy", "--yes", "--skip-preview")
    engine.output("stack", "rm", "--stack", name, "--yes", "--preserve-config")  # the file is the user's


def show_team(project: RunningProject, name: str, team: TeamStack) -> None:
    typer.echo(team_summary(name, team, pods_of(project, team)))


def team_data(name: str, team: TeamStack, replicas: Sequence[Replica]) -> dict[str, Any]:
    """Status as a JSON document."""
    return {
        "stack": name,
        "team": team.name,
        **{
            kind: {key: [asdict(it) for it in replicas if it.model == key] for key in keys}
            for kind, keys in (("models", team.file.models), ("services", team.file.services))
        },
    }


def pods_of(project: RunningProject, team: TeamStack) -> tuple[Replica, ...]:
    """Pods visible to the team, which cannot read nodes. `NoKubeconfigError` if it has no kubeconfig."""
    return replicas_in(KubernetesClient(*kubeconfig_of_team(project, team)), team.namespace)


def kubeconfig_of_team(project: RunningProject, team: TeamStack) -> tuple[Path, str | None]:
    """Kubeconfig for the status of the team, and its context unless it is the current one."""
    from gpu_cluster.kubernetes.cluster import team_kubeconfig  # loads the SDKs

    if isinstance(team.environment.cluster, EksSettings):
        return project.below(team).kubeconfig(team.file.team.environment, team.environment)
    return Path(team_kubeconfig(team, project.folder)).expanduser(), team.file.team.context


def _open(project: RunningProject, team: TeamStack, toolchain: Toolchain) -> None:
    environment = team.file.team.environment
    if environment not in local_stacks(project.folder):
        where = f" in {team.platform}" if team.platform else ""
        raise RehearsalError(f"{environment} is not running{where}; run `gpu-cluster up {environment}` first")
    control_plane = project.control_plane(toolchain)
    control_plane.start()
    admit(project.folder, control_plane, team.name)


def _update(engine: PulumiEngine, team: TeamStack) -> None:
    for repair in recover(engine):
        typer.echo(f"recovered: {repair}")
    engine.select()
    gone = [word for urn in retired(engine, team.file.models, "team") for word in ("--target", urn)]
    if gone:  # the engine would delete them last, and new models would wait for their GPUs
        engine.run("destroy", "--yes", "--skip-preview", "--suppress-outputs", "--target-dependents", *gone)
    engine.run("up", "--yes", "--skip-preview", "--suppress-outputs", "--suppress-permalink=true")


def team_summary(name: str, team: TeamStack, replicas: Sequence[Replica]) -> str:
    """Ready pods of a team's stack, by model and service."""
    ready = sum(replica.ready for replica in replicas)
    parts = [f"{name}: {ready} of {len(replicas)} pods of team {team.name} ready"]
    for title, names in (("MODEL", team.file.models), ("SERVICE", team.file.services)):
        if names:
            parts.append(table([(title, "READY", "NODES"), *rows_of(names, replicas)]))
    parts.extend(reasons_of(replicas))
    return "\n\n".join(parts)
