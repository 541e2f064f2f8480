"""`gpu-cluster verify`: acceptance test of a running platform, such as after an update."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster_tools.cli.project import StackName
from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.cli.team_stack import kubeconfig_of_team
from gpu_cluster_tools.cli.terminal.check_output import show_checks, show_counts
from gpu_cluster_tools.cli.terminal.progress import working
from gpu_cluster_tools.doctor import CheckStatus
from gpu_cluster_tools.doctor.api_server import ApiServer, NoAnswerError
from gpu_cluster_tools.rehearsal import RehearsalError
from gpu_cluster_tools.verify import Measurement
from gpu_cluster_tools.verify import verify as verified

Json = Annotated[bool, typer.Option("--json", help="Print JSON, with checks and measurements.")]


Jobs = Annotated[
    bool, typer.Option("--jobs", help="Run test Jobs on free GPUs and volumes, in a separate namespace.")
]


def verify(stack: StackName = "local", *, jobs: Jobs = False, as_json: Json = False) -> None:
    """Verify a running platform: nodes, drivers, one token of each model, autoscaling, alerts.

    Results: OK as planned, WARN works but differs from the plan, FAIL broken, SKIP not checked, with the
    reason. Without --jobs, the command is read-only. Exit codes: 0 no check failed, 1 a check failed, 3 no
    check failed, but an existing part could not be checked.
    """
    project = RunningProject.here()
    settings = project.any_stack(stack)
    if jobs and isinstance(settings, TeamStack):
        raise typer.BadParameter(
            "not allowed with a team's stack; use the environment's", param_hint="--jobs"
        )
    try:
        api = ApiServer(*_kubeconfig(project, stack, settings))
    except NoAnswerError as error:
        raise RehearsalError(str(error)) from error
    with closing(
        verified(settings, api, with_jobs=jobs)
    ) as found:  # an interrupt removes the created objects
        checks = show_checks(_awaited(found, stack, quiet=as_json), quiet=as_json)
    summary = show_counts(checks, quiet=as_json)
    if as_json:
        document = {"stack": stack, "summary": summary, "checks": [it.as_json() for it in checks]}
        typer.echo(json.dumps(document, indent=2))
    if summary[CheckStatus.FAIL]:
        raise typer.Exit(1)
    if any(check.blocked for check in checks):
        raise typer.Exit(3)


def _awaited(found: Iterator[Measurement], stack: str, *, quiet: bool) -> Iterator[Measurement]:
    """Checks as they arrive, with progress of slow ones."""
    while True:
        with working(f"verifying {stack}", quiet=quiet):
            check = next(found, None)
        if check is None:
            return
        yield check


def _kubeconfig(project: RunningProject, name: str, stack: Stack | TeamStack) -> tuple[Path, str | None]:
    if not isinstance(stack, TeamStack):
        return project.kubeconfig(name, stack)
    if isinstance(stack.environment.cluster, LocalCluster):  # its nodes show which pods are simulated
        return project.below(stack).kubeconfig(stack.file.team.environment, stack.environment)
    return kubeconfig_of_team(project, stack)
