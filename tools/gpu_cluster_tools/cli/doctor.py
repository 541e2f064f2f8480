"""`gpu-cluster doctor`: check the prerequisites of a stack."""

import json
from typing import Annotated

import typer

from gpu_cluster_tools.cli.checks import show_checks, show_counts
from gpu_cluster_tools.cli.project import Project, StackArgument
from gpu_cluster_tools.doctor import CheckStatus, diagnose

Json = Annotated[bool, typer.Option("--json", help="Print the checks as JSON.")]


def doctor(stack: StackArgument = None, *, as_json: Json = False) -> None:
    """Check the prerequisites of a stack: machine, checkout, account, quotas, offerings, backups, cluster.

    OK holds, WARN works or may, FAIL stops the stack, SKIP could not be checked. It changes nothing. What
    the stack asks of quotas is told without credentials too. Exit code 1 where anything fails.
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
