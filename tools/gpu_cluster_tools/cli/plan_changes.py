"""`gpu-cluster plan --against`: changes since a revision."""

import json
from dataclasses import asdict

import typer

from gpu_cluster.stack import StackFileError
from gpu_cluster_tools.cli.project import Project
from gpu_cluster_tools.cli.terminal.progress import working
from gpu_cluster_tools.cli.terminal.width import say
from gpu_cluster_tools.review.affected_stacks import stacks_in
from gpu_cluster_tools.review.changes import ResourceChange, changes
from gpu_cluster_tools.review.comment import change_lines, counted
from gpu_cluster_tools.review.plans import resources_of
from gpu_cluster_tools.review.stack_reviews import comparison_of


def show_changes(project: Project, stack: str, against: str, *, as_json: bool) -> None:
    """Print added, removed and changed resources, with the values that differ."""
    with working(f"planning {stack}, now and at {against}", quiet=as_json):
        found = _changes(project, stack, against)
    if as_json:
        typer.echo(json.dumps([asdict(change) for change in found], indent=2))
        return
    for line in change_lines(found):
        say(line)
    say(f"{stack} against {against}: {counted(found)}")


def _changes(project: Project, stack: str, against: str) -> list[ResourceChange]:
    """Changes by kind and name.

    `StackFileError` if the current file is invalid; a missing earlier plan is empty."""
    with comparison_of(project.folder, against) as both:
        if stack not in stacks_in(both.before):
            project.stack_file(stack)
        before, after = both.plans([stack])
    now = after[stack]
    if isinstance(now, StackFileError):
        raise now
    found = changes(resources_of(before[stack]), resources_of(now))
    return sorted(found, key=lambda change: change.resource)
