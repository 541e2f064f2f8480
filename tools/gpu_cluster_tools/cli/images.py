"""`gpu-cluster images`: list the images of a stack and where its mirror needs them."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from gpu_cluster.catalog import UPSTREAMS
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.plan import planned
from gpu_cluster.stack import load_any
from gpu_cluster_tools.cli.project import Project, StackName
from gpu_cluster_tools.cli.terminal.progress import working
from gpu_cluster_tools.cli.terminal.width import say_if_heard
from gpu_cluster_tools.image_copies import ImageCopies, image_copies

_INCOMPLETE = 3

Json = Annotated[bool, typer.Option("--json", help="Print JSON, with images that are not copied and why.")]


def images(stack: StackName = "local", *, as_json: Json = False) -> None:
    """List images and charts to copy into the mirror of a stack, as `SOURCE DESTINATION` lines.

    Each line has the arguments of `crane copy`. Exit codes: 0 complete, 3 if charts of the stack file may
    have further images.
    """
    with working(f"planning {stack}", quiet=as_json):
        settings = load_any(Project.here().stack_file(stack))
        graph = planned(settings, stack).graph
    environment = settings.environment if isinstance(settings, TeamStack) else settings
    found = image_copies(
        graph,
        environment.mirror,
        cached={UPSTREAMS[it].host for it in environment.registry.mirrors or ()},
        own=() if isinstance(settings, TeamStack) else tuple(settings.extras.charts),
    )
    if as_json:
        copies = [copy._asdict() for copy in found.copies]
        typer.echo(json.dumps({"stack": stack, **asdict(found), "copies": copies}, indent=2))
    else:
        for copy in found.copies:
            typer.echo(f"{copy.source} {copy.destination}")
        for note in _notes(found, environment.mirror):
            say_if_heard(f"note: {note}")
    if found.unread:
        raise typer.Exit(_INCOMPLETE)


def _notes(found: ImageCopies, mirror: str | None) -> list[str]:
    notes = [f"not in the mirror: {it}" if mirror else f"no mirror: {it}" for it in found.elsewhere]
    notes += [f"the source is not known, push it yourself: {it}" for it in found.unsourced]
    if found.cached:
        notes.append(f"{len(found.cached)} images are fetched by pull-through caches")
    notes += [f"chart {it}: images that its values do not name are not listed" for it in found.unread]
    return notes
