"""`gpu-cluster comment`: what `gpu-cluster review` found, as the comment on a pull request."""

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[Path, typer.Argument(help="The output of `gpu-cluster review --format json`.")]
Commit = Annotated[
    str | None,
    typer.Option(help="Write it to the pull request that ends in this commit, instead of printing it."),
]


def comment(file: File, *, commit: Commit = None) -> None:
    """Print the comment of reviews, or update it on their pull request.

    The file may come from anyone: every word of it is escaped. A pull request is found, and written to,
    with GITHUB_REPOSITORY and GITHUB_TOKEN, as a workflow of GitHub sets them.
    """
    from gpu_cluster_tools.review.comment import MARKER
    from gpu_cluster_tools.review.comment import comment as written
    from gpu_cluster_tools.review.github import GitHubRepository
    from gpu_cluster_tools.review.review import from_json

    try:
        reviews = from_json(file.read_bytes())
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}", param_hint="FILE") from None
    if commit is None:
        typer.echo(written(reviews), nl=False)
        return
    there = GitHubRepository.of_workflow()
    pull = there.pull_request_of(commit)
    there.put_comment(pull.number, written(reviews, from_fork=pull.from_fork), MARKER)
    typer.echo(f"{there.name}#{pull.number}: the comment is up to date")
