"""`gpu-cluster validate`: list all errors of a stack file."""

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.plan import planned
from gpu_cluster.stack import LocatedDiagnostic, StackFileError, load_any
from gpu_cluster.stack.notes import notes_of
from gpu_cluster.stack.platform_checkout import fetched_again
from gpu_cluster.stack.summary import summary_of
from gpu_cluster_tools.cli.project import Project, StackName
from gpu_cluster_tools.cli.terminal.progress import working
from gpu_cluster_tools.cli.terminal.width import say

_WRONG = 2

Json = Annotated[
    bool,
    typer.Option("--json", help="Print errors (file, line, column, key, message, hint) and notes as JSON."),
]


Fetch = Annotated[
    bool,
    typer.Option("--fetch", help="Fetch the revision of the team's platform again, if its branch has moved."),
]


def validate(stack: StackName = "local", *, as_json: Json = False, fetch: Fetch = False) -> None:
    """Validate a stack file and list all errors, without cluster or credentials.

    Exit codes: 0 valid, 2 invalid.
    """
    file = Project.here().stack_file(stack)
    with fetched_again() if fetch else nullcontext():
        _validate(stack, file, as_json=as_json)


def _validate(stack: str, file: Path, *, as_json: bool) -> None:
    if not as_json:
        with working(f"reading {stack}"):
            found = _valid(stack, file)
        say(f"{stack}: {summary_of(found)}, valid")
        for note in notes_of(found):
            say(f"note: {note}")
        return
    problems: tuple[LocatedDiagnostic, ...] = ()
    notes: list[str] = []
    try:
        notes = list(notes_of(_valid(stack, file)))
    except StackFileError as error:
        problems = error.problems
    document = {"stack": stack, "problems": [problem.as_data() for problem in problems], "notes": notes}
    typer.echo(json.dumps(document, indent=2))
    if problems:
        raise typer.Exit(_WRONG)


def _valid(stack: str, file: Path) -> Stack | TeamStack:
    """Settings of the file. Only a plan knows whether the platform makes an object of a manifest too."""
    found = load_any(file)
    if isinstance(found, Stack) and found.extras.manifests:
        planned(found, stack)
    return found
