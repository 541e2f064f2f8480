"""`gpu-cluster rehearse`: run a stack from nothing to nothing on this machine."""

import json
from typing import Annotated

import typer

from cli.project import Project, StackName
from components.config.stack import Stack
from components.config.team import TeamStack
from rehearsal import Sandbox, Tenant, rehearse_team
from rehearsal import rehearse as run
from rehearsal.aws.faults import FaultError, Faults
from toolchain import install

Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON; the steps go to stderr.")]
Keep = Annotated[bool, typer.Option("--keep", help="Leave cluster and account running, to look at them.")]


Fault = Annotated[list[str] | None, typer.Option(help="What goes wrong on AWS, such as throttling=0.2.")]
Seed = Annotated[int, typer.Option(help="Decides where faults strike.")]


def rehearse(
    stack: StackName = "local",
    *,
    fault: Fault = None,
    seed: Seed = 0,
    as_json: Json = False,
    keep: Keep = False,
) -> None:
    """Bring a stack up on this machine, change it and destroy it, and say what did not hold."""
    project = Project.here()
    settings = project.any_stack(stack)  # what is wrong with the file is told before anything starts
    faults = _faults(fault or [], seed)
    if faults.rates:
        _refuse_faults(stack, settings)
    of_team = isinstance(settings, TeamStack)
    sandbox = Sandbox(project.folder, settings.file.team.environment if of_team else stack, install())

    def tell(line: str) -> None:
        typer.echo(line, err=as_json)

    with sandbox.alone():
        try:
            report = rehearse_team(Tenant(sandbox, stack), tell) if of_team else run(sandbox, tell, faults)
        finally:
            if not keep:
                sandbox.remove()
    typer.echo(json.dumps(report.as_json(), indent=2) if as_json else report.as_text())
    if keep:
        typer.echo(f"kept in {sandbox.folder}: `gpu-cluster rehearse {stack}` removes it first", err=True)
    if not report.held:
        raise typer.Exit(1)


def _refuse_faults(stack: str, settings: Stack | TeamStack) -> None:
    """Where they would not strike."""
    if isinstance(settings, TeamStack):
        environment = settings.file.team.environment
        message = f"{stack} is a team's; faults strike what its environment makes: rehearse {environment}"
        raise typer.BadParameter(message, param_hint="--fault")
    if settings.cluster.provider != "eks":
        raise typer.BadParameter(f"{stack} is not on AWS, where faults strike", param_hint="--fault")


def _faults(words: list[str], seed: int) -> Faults:
    try:
        return Faults.parsed(words, seed)
    except FaultError as error:
        raise typer.BadParameter(str(error), param_hint="--fault") from None
