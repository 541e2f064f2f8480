"""`gpu-cluster doctor`: check the prerequisites of a stack."""

import json
from typing import Annotated

import typer

from gpu_cluster_tools.cli.project import Project, StackArgument
from gpu_cluster_tools.cli.terminal.check_output import show_checks, show_counts
from gpu_cluster_tools.doctor import CheckStatus, diagnose

Json = Annotated[bool, typer.Option("--json", help="Print the checks as JSON.")]


def doctor(stack: StackArgument = None, *, as_json: Json = False) -> None:
    """Check the prerequisites of a stack: machine, checkout, account, quotas, offerings, backups, cluster.

    Results: OK passed, WARN may cause problems, FAIL blocks the deployment, SKIP could not be checked. The
    command is read-only. It lists the required quotas even without credentials. Exit codes: 0 no check
    failed, 1 a check failed.
    """
    project = Project.here()
    if stack is not None:
        project.stack_file(stack)
    checks = show_checks(diagnose(project.folder, stack), quiet=as_json)
    summary = show_counts(checks, quiet=as_json)
    if as_json:
        typer.echo(json.dumps({"summary": summary, "checks": [it.as_json() for it in checks]}, indent=2))
    if summary[CheckStatus.FAIL]:
        raise typer.Exit(1)
