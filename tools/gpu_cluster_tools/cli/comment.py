"""`gpu-cluster comment`: post the result of `gpu-cluster review` as a pull request comment."""

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[Path, typer.Argument(help="Output of `gpu-cluster review --format json`.")]
Commit = Annotated[
    str | None,
    typer.Option(help="Post the comment on the pull request with this head commit, instead of printing it."),
]


def comment(file: File, *, commit: Commit = None) -> None:
    """Print a review comment, or create or update it on the pull request.

    The file is untrusted input: all of its text is escaped. GITHUB_REPOSITORY and GITHUB_TOKEN, which GitHub
    workflows set, select the repository and authorize the comment.
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
