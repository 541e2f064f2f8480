"""Output of checks by group, each printed as soon as its result is known."""

from collections.abc import Iterable
from itertools import groupby
from typing import TypeVar

import typer

from gpu_cluster_tools.cli.terminal.width import say
from gpu_cluster_tools.doctor import Check, CheckStatus, counts

_WIDTH = 5

C = TypeVar("C", bound=Check)


def show_checks(found: Iterable[C], *, quiet: bool) -> list[C]:
    """Print checks as they arrive, and return them all. `quiet`: print nothing."""
    checks: list[C] = []
    for group, own in groupby(found, key=lambda check: check.group):
        if not quiet:
            typer.echo(f"\n{group}" if checks else group)
        for check in own:
            checks.append(check)
            if not quiet:
                say(_line(check))
    return checks


def show_counts(checks: Iterable[Check], *, quiet: bool) -> dict[CheckStatus, int]:
    """Print the number of checks by verdict, as the last line."""
    summary = counts(checks)
    if not quiet:
        typer.echo("\n" + ", ".join(f"{count} {verdict}" for verdict, count in summary.items()))
    return summary


def _line(check: Check) -> str:
    line = f"  {check.verdict:<{_WIDTH}}{check.name}: {check.found}"
    return f"{line}\n{' ' * (_WIDTH + 2)}-> {check.advice}" if check.advice else line
