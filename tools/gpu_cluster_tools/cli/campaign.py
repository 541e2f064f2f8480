"""`gpu-cluster campaign`: fuzz small stacks on AWS with faults and edits."""

from typing import Annotated

import typer

from gpu_cluster_tools.cli.project import Project
from gpu_cluster_tools.rehearsal.fuzz import Fuzzer, by_fault, show, summary
from gpu_cluster_tools.toolchain import AWS_PROVIDER, install

_FILE = "campaign.jsonl"

Cases = Annotated[int, typer.Option(min=1, help="Number of cases, with seeds 0, 1, 2 and so on.")]
Again = Annotated[bool, typer.Option("--again", help="Discard the results of earlier runs and start over.")]


def campaign(*, cases: Cases = 200, again: Again = False) -> None:
    """Fuzz small stacks with faults and edits on this machine; resume after an interruption."""
    project = Project.here()
    file = project.local / _FILE
    if again:
        file.unlink(missing_ok=True)
    fuzzer = Fuzzer(project.folder, install(also=[AWS_PROVIDER]), file)
    show(fuzzer.run(range(cases)), typer.echo)
    done = [case for case in fuzzer.done() if case.seed < cases]
    typer.echo(summary(done))
    typer.echo(by_fault(done))
    if any(case.wrong for case in done):
        raise typer.Exit(1)
