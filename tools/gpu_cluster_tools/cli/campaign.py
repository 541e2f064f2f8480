"""`gpu-cluster campaign`: fuzz small stacks on AWS with faults and edits."""

from typing import Annotated

import typer

from gpu_cluster_tools.cli.project import Project
from gpu_cluster_tools.rehearsal.fuzz import Fuzzer, by_fault, show, summary
from gpu_cluster_tools.toolchain import AWS_PROVIDER, install

_FILE = "campaign.jsonl"

Lives = Annotated[int, typer.Option(min=1, help="Number of fuzz cases, with seeds 0, 1, 2 and so on.")]
Again = Annotated[bool, typer.Option("--again", help="Discard the results of earlier runs and start over.")]


def campaign(*, lives: Lives = 200, again: Again = False) -> None:
    """Fuzz small stacks with faults and edits on this machine; resume after an interruption."""
    project = Project.here()
    file = project.local / _FILE
    if again:
        file.unlink(missing_ok=True)
    course = Fuzzer(project.folder, install(also=[AWS_PROVIDER]), file)
    show(course.run(range(lives)), typer.echo)
    done = [life for life in course.done() if life.seed < lives]
    typer.echo(summary(done))
    typer.echo(by_fault(done))
    if any(life.wrong for life in done):
        raise typer.Exit(1)
