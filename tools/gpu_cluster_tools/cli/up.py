"""`gpu-cluster up`: deploy the platform and show its status."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import typer

from gpu_cluster.capacity import pools_of
from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster_tools.cli.local.local_gateway import (
    gateway_answered,
    gateway_tools,
    prepare_gateway,
    say_unreal,
)
from gpu_cluster_tools.cli.local.local_support import prepare_support, say_empty
from gpu_cluster_tools.cli.local.local_vllm import prepare_vllm
from gpu_cluster_tools.cli.local.real_nodes import answered, choose, start_real_nodes
from gpu_cluster_tools.cli.project import StackName
from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.cli.status_summary import found_in, reasons_of, show
from gpu_cluster_tools.cli.takeover import refuse_takeover
from gpu_cluster_tools.cli.team_stack import up_team
from gpu_cluster_tools.cli.terminal.width import say_if_heard
from gpu_cluster_tools.real_node.real_nodes import RealNodes
from gpu_cluster_tools.real_node.selection import RealSelection
from gpu_cluster_tools.rehearsal import (
    KubernetesClient,
    PulumiEngine,
    RehearsalError,
    admit,
    forget_local_state,
    local_stacks,
    reconcile,
    recover,
)
from gpu_cluster_tools.rehearsal.cluster_state.removed_models import removed_models
from gpu_cluster_tools.rehearsal.control_plane.host_path_volumes import blocked
from gpu_cluster_tools.termination import Interruption, name_of, signals_ignored
from gpu_cluster_tools.toolchain import Toolchain, install
from gpu_cluster_tools.toolchain.real_node import REAL_NODE


def up(stack: StackName = "local") -> None:
    """Deploy the platform and show its status. Recovers first from an interrupted update."""
    project = RunningProject.here()
    settings = project.any_stack(stack)
    if isinstance(settings, TeamStack):
        up_team(project, stack, settings)
        return
    if isinstance(settings.cluster, LocalCluster):
        with project.alone():
            if reason := blocked():
                raise RehearsalError(reason)  # pods with volumes would stay pending
            real = choose(project, settings)
            vllm_cpu = _vllm_cpu(project, settings, settings.cluster, real)
            tools = gateway_tools(settings, real)
            if real:
                real, of_support = prepare_support(project, stack, settings, real)
                tools += [*REAL_NODE, *of_support]
            toolchain = install(also=tools)
            prepare_gateway(project, settings, toolchain)
            with _stopped_if_interrupted(project, toolchain, stack):
                _start_nodes(project, stack, settings, toolchain, real, vllm_cpu)
                engine = project.engine(stack, settings, toolchain)
                _prepare(engine)
                _update(engine, settings)
                if real:
                    answered(project, settings)
                    gateway_answered(project, settings, engine, real)
                    say_empty(settings)
                say_unreal(settings, real)
    else:
        if isinstance(settings.cluster, ExistingCluster):
            project.cluster(stack, settings).nodes()  # an unreachable cluster fails here, not once per object
        engine = project.engine(stack, settings, install())
        _prepare(engine)
        refuse_takeover(project, stack, settings, engine)
        with _explained(project, stack, settings):
            _update(engine, settings)
    show(project, stack, settings)


def _vllm_cpu(
    project: RunningProject, settings: Stack, cluster: LocalCluster, real: RealSelection | None
) -> Path | None:
    if real is None or cluster.engine != "vllm-cpu":
        return None
    return prepare_vllm(settings, real, running=bool(RealNodes(project.local).mounts()))


@contextmanager
def _stopped_if_interrupted(project: RunningProject, toolchain: Toolchain, stack: str) -> Generator[None]:
    """A platform that this run started is stopped with its data kept; one that ran before continues."""
    control_plane = project.control_plane(toolchain)
    ran_before = bool(control_plane.status().running)
    try:
        yield
    except Interruption as error:
        left = "the platform runs on, as far as it was updated"
        if not ran_before:
            say_if_heard(f"stopped by {name_of(error)}: ending what it started")
            with signals_ignored():
                RealNodes(project.local).remove()
                control_plane.stop()
            left = "everything was stopped, and its data is kept"
        say_if_heard(f"{left}; `gpu-cluster up {stack}` continues, `gpu-cluster down {stack}` removes it")
        raise


@contextmanager
def _explained(project: RunningProject, stack: str, settings: Stack) -> Generator[None]:
    """Add the reasons of pods that are not ready to the end of an update, if the cluster can be asked."""

    def reasons() -> list[str]:
        with suppress(Exception):
            return reasons_of(found_in(project, stack, settings).replicas)
        return []

    try:
        yield
    except RehearsalError as error:
        raise RehearsalError("\n\n".join([str(error), *reasons()])) from error
    except Interruption:
        with signals_ignored():
            for reason in reasons():
                say_if_heard(reason)
        raise


def _start_nodes(
    project: RunningProject,
    stack: str,
    settings: Stack,
    toolchain: Toolchain,
    real: RealSelection | None,
    vllm_cpu: Path | None,
) -> None:
    typer.echo("control plane: starting")
    control_plane = project.control_plane(toolchain)
    if control_plane.start():
        forget_local_state(project.folder)
    for other in local_stacks(project.folder):
        if other != stack and not project.is_of_team(other):
            raise RehearsalError(
                f"stack {other} uses the control plane of this checkout; run `make down "
                f"STACK={other}` first, or use another checkout"
            )
    names = [pool.name for pool in real.pools] if real else ()
    nodes = reconcile(KubernetesClient(control_plane.kubeconfig), pools_of(settings), names)
    for team in settings.teams:
        admit(project.folder, control_plane, team)
    created, updated, removed = len(nodes.created), len(nodes.updated), len(nodes.removed)
    typer.echo(f"control plane: ready; nodes: {created} created, {updated} changed, {removed} removed")
    if real:
        start_real_nodes(project, stack, control_plane, toolchain, real, vllm_cpu)
    else:
        RealNodes(project.local).remove()


def _prepare(engine: PulumiEngine) -> None:
    for repair in recover(engine):
        typer.echo(f"recovered: {repair}")
    engine.select()


def _update(engine: PulumiEngine, settings: Stack) -> None:
    retired = removed_models(engine, settings.serving.models)
    if retired:  # the engine would delete them last, and new models would wait for their GPUs
        targets = (word for urn in retired for word in ("--target", urn))
        engine.run(
            "destroy", "--yes", "--skip-preview", "--suppress-outputs", "--target-dependents", *targets
        )
    engine.run("up", "--yes", "--skip-preview", "--suppress-outputs", "--suppress-permalink=true")
