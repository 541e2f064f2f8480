"""`gpu-cluster drift`: compare the running platform with its stack file."""

import json
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.cli.project import StackName
from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.cli.status_summary import found_in
from gpu_cluster_tools.cli.terminal.progress import working
from gpu_cluster_tools.cli.terminal.width import say
from gpu_cluster_tools.rehearsal import PoolNodes, RehearsalError
from gpu_cluster_tools.rehearsal.engine.run_pulumi import run_pulumi
from gpu_cluster_tools.review.drift import Drifted, issue, marker, report, title
from gpu_cluster_tools.review.github import GitHubRepository
from gpu_cluster_tools.toolchain import ready_engine

Json = Annotated[bool, typer.Option("--json", help="Print JSON, with each drifted resource.")]
Issue = Annotated[
    bool, typer.Option("--issue", help="Open, update or close the GitHub issue for drift of the stack.")
]


def drift(stack: StackName = "local", *, to_issue: Issue = False, as_json: Json = False) -> None:
    """Report drift between a stack file and its cluster, for an environment or a team.

    The command changes neither the platform nor its state. Exit codes: 0 no drift, 1 drift. The issue needs
    GITHUB_REPOSITORY and GITHUB_TOKEN, which GitHub workflows set.
    """
    project = RunningProject.here()
    settings = project.any_stack(stack)
    engine = project.engine(stack, settings, ready_engine())
    engine.select(create=False)
    with (
        TemporaryDirectory() as folder,
        working(f"comparing {stack} with the running platform", quiet=as_json),
    ):
        run = run_pulumi(engine, "preview", "--refresh", record=Path(folder) / "preview")
        if not run.held:
            raise RehearsalError("\n".join(run.errors))
    drifted = [Drifted(str(operation), operation.changes) for operation in run.log.changing()]
    if isinstance(settings, Stack) and isinstance(settings.cluster, LocalCluster):
        drifted += resized(found_in(project, stack, settings).pools)
    if as_json:
        found = [{"operation": it.what, "changes": it.changes} for it in drifted]
        typer.echo(json.dumps({"stack": stack, "drifted": found}, indent=2))
    else:
        say(report(stack, drifted))
    if to_issue:
        _tell(stack, drifted)
    if drifted:
        raise typer.Exit(1)


def resized(pools: Iterable[PoolNodes]) -> list[Drifted]:
    """Pools of simulated nodes whose size is outside the limits of the file.

    The engine does not manage them."""
    return [
        Drifted(f"scale pool {it.pool.name}", (f"nodes: {it.total} -> {it.wanted}",))
        for it in pools
        if it.wanted is not None
    ]


def _tell(stack: str, drifted: list[Drifted]) -> None:
    there = GitHubRepository.of_workflow()
    if drifted:
        there.put_issue(title(stack), issue(stack, drifted), marker(stack))
    else:
        there.close_issue(marker(stack))
