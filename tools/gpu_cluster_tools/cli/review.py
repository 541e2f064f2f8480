"""`gpu-cluster review`: changes, cost difference, replacements and findings of a change."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gpu_cluster_tools.cli.project import Project
from gpu_cluster_tools.cli.terminal.progress import working
from gpu_cluster_tools.cli.terminal.width import say

if TYPE_CHECKING:
    from gpu_cluster_tools.review.review import Review
    from gpu_cluster_tools.review.stack_reviews import Comparison


class ReviewFormat(StrEnum):
    MARKDOWN = "markdown"
    JSON = "json"
    NAMES = "names"


Stacks = Annotated[
    list[str] | None, typer.Argument(help="Stacks to compare. Default: stacks that the change affects.")
]
Against = Annotated[
    str,
    typer.Option(help="Base of the change: a git revision, or the folder of another checkout."),
]
Source = Annotated[
    Path | None,
    typer.Option(
        "--from", help="Folder that contains only stack files, such as a team's repository.", file_okay=False
    ),
]
As = Annotated[
    ReviewFormat,
    typer.Option(
        "--format",
        help="markdown for a comment, json for programs, names for the names of affected existing stacks.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")]


def review(
    stacks: Stacks = None,
    *,
    against: Against,
    source: Source = None,
    format: As = ReviewFormat.MARKDOWN,
    as_json: Json = False,
    output: Output = None,
) -> None:
    """Compare stacks with an earlier revision, without network, cluster or credentials.

    Exit codes: 0 the change may be merged, 1 the change is blocked, 2 invalid command line or stack file.
    """
    from gpu_cluster_tools.review.affected_stacks import there
    from gpu_cluster_tools.review.stack_reviews import comparison_of

    wanted = ReviewFormat.JSON if as_json else format
    with comparison_of(Project.here().folder, against, source) as both:
        if wanted is ReviewFormat.NAMES:
            names = there(stacks or both.stacks, both.after)
            _write("".join(f"{name}\n" for name in names), output)
            return
        with working("comparing plans, costs and findings", quiet=as_json):
            found = _reviews(both, stacks or [])
    from gpu_cluster_tools.review.comment import comment
    from gpu_cluster_tools.review.review import as_json as json_of

    if output:
        for each in found:
            because = f": {each.reasons[0].words}" if each.reasons else ""
            say(f"{each.stack}: {each.verdict}{because}")
    _write(json_of(found) if wanted is ReviewFormat.JSON else comment(found), output)
    raise typer.Exit(_code(found))


def _reviews(both: "Comparison", stacks: list[str]) -> "list[Review]":
    from gpu_cluster.catalog.today import today
    from gpu_cluster_tools.review.stack_reviews import reviews

    return reviews(both, stacks, today())


def _code(found: "list[Review]") -> int:
    if any(each.problems for each in found):
        return 2
    return int(any(each.verdict == "blocked" for each in found))


def _write(content: str, output: Path | None) -> None:
    if output is None:
        typer.echo(content, nl=False)
        return
    try:
        output.write_text(content, errors="replace")  # names of files may be no text
    except OSError as error:
        raise typer.BadParameter(
            f"{output} cannot be written: {error.strerror}", param_hint="--output"
        ) from None
