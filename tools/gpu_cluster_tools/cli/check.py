"""`gpu-cluster check`: evaluate all rules on a stack or on plain manifests."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gpu_cluster_tools.cli.project import Project, StackArgument
from gpu_cluster_tools.cli.terminal.output import Output, tell
from gpu_cluster_tools.cli.terminal.progress import working
from gpu_cluster_tools.cli.terminal.width import say

if TYPE_CHECKING:
    from gpu_cluster_policies.reports import Evaluation


class CheckFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    MARKDOWN = "markdown"


Files = Annotated[
    list[str] | None,
    typer.Option(
        "--file",
        "-f",
        help="Manifests to check instead of a plan: a file, a folder, or - for stdin. Repeatable.",
    ),
]
As = Annotated[
    CheckFormat,
    typer.Option("--format", help="Output format. sarif is for code scanning, markdown for a pull request."),
]
Json = Annotated[bool, typer.Option("--json", help="The same as --format json.")]


Brief = Annotated[bool, typer.Option("--brief", help="Print one line per rule with its number of findings.")]


def check(
    stack: StackArgument = None,
    *,
    file: Files = None,
    format: As = CheckFormat.TEXT,
    as_json: Json = False,
    brief: Brief = False,
    output: Output = None,
) -> None:
    """Evaluate all rules on a stack or on manifests, without network, cluster or credentials.

    Exit codes: 0 no blocking finding and everything was evaluated, 1 blocking findings, 2 invalid stack file,
    manifest or policy pack, 3 no blocking finding, but some resources could not be evaluated.
    """
    if brief and (as_json or format is not CheckFormat.TEXT):
        raise typer.BadParameter("valid only with --format text", param_hint="--brief")
    as_json = as_json or format is CheckFormat.JSON
    planned = "local" if stack is None else stack
    doing = "evaluating" if file else f"planning {planned}, and evaluating"
    with working(f"{doing} all rules", quiet=as_json):
        judged, notes = (_manifests(file, stack), []) if file else _plan(planned)
    from gpu_cluster_policies.reports import FORMATS, brief_text
    from gpu_cluster_policies.reports.summary import summary_of

    write = FORMATS[CheckFormat.JSON if as_json else format]
    text = brief_text(judged) if brief else write(judged)
    plain = format is CheckFormat.TEXT and not as_json
    tell(text, output, summary_of(judged), wrap=plain)
    for note in notes:
        say(f"note: {note}", err=True)
    if judged.stopping:
        raise typer.Exit(1)
    if judged.not_judged:
        raise typer.Exit(3)


def _plan(stack: str) -> tuple["Evaluation", list[str]]:
    """Findings of a stack, and notes on the parts of its file that are not checked."""
    from gpu_cluster.plan import planned
    from gpu_cluster.stack import load_any
    from gpu_cluster.stack.notes import notes_of
    from gpu_cluster_policies.evaluate import evaluate_plan

    project = Project.here()
    settings = load_any(project.stack_file(stack))
    return evaluate_plan(planned(settings, stack), project.folder), [*notes_of(settings)]


def _manifests(files: list[str], stack: str | None) -> "Evaluation":
    from gpu_cluster_policies.evaluate import evaluate_manifests
    from gpu_cluster_policies.manifests.manifests import STDIN, contents_of

    contents = contents_of([Path(file) for file in files if file != "-"])
    if "-" in files:
        contents[STDIN] = sys.stdin.buffer.read()
    return evaluate_manifests(contents, stack)
