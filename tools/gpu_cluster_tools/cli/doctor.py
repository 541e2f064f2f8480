"""`gpu-cluster doctor`: check the prerequisites of a stack."""

import json
from itertools import groupby
from typing import Annotated

import typer

from gpu_cluster_tools.cli.project import Project, StackArgument
from gpu_cluster_tools.cli.width import say
from gpu_cluster_tools.doctor import Check, CheckStatus, counts, diagnose

_WIDTH = 5

Json = Annotated[bool, typer.Option("--json", help="Print the checks as JSON.")]


def doctor(stack: StackArgument = None, *, as_json: Json = False) -> None:
    """Check the prerequisites of a stack: machine, checkout, account, quotas, offerings, backups, cluster.

    OK holds, WARN works or may, FAIL stops the stack, SKIP could not be checked. It changes nothing. What
    the stack asks of quotas is told without credentials too. Exit code 1 where anything fails.
    """
    project = Project.here()
    if stack is not None:
        project.stack_file(stack)
    checks: list[Check] = []
    for group, found in groupby(diagnose(project.folder, stack), key=lambda check: check.group):
        if not as_json:
            typer.echo(f"\n{group}" if checks else group)
        for check in found:
            checks.append(check)
            if not as_json:
                say(_line(check))
    summary = counts(checks)
    if as_json:
        typer.echo(json.dumps({"summary": summary, "checks": [it.as_json() for it in checks]}, indent=2))
    else:
        typer.echo("\n" + ", ".join(f"{count} {verdict}" for verdict, count in summary.items()))
    if summary[CheckStatus.FAIL]:
        raise typer.Exit(1)


def _line(check: Check) -> str:
    line = f"  {check.verdict:<{_WIDTH}}{check.name}: {check.found}"
    return f"{line}\n{' ' * (_WIDTH + 2)}-> {check.advice}" if check.advice else line
