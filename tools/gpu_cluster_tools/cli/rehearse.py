"""`gpu-cluster rehearse`: create, update and destroy a stack on this machine."""

import json
import shutil
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gpu_cluster.config.partition import partition_of
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.stack.platform_checkout import beside_the_team
from gpu_cluster_tools.cli.project import Project, StackName
from gpu_cluster_tools.cli.terminal.width import say_if_heard
from gpu_cluster_tools.rehearsal import RehearsalError, Sandbox, TeamSandbox, copy_project
from gpu_cluster_tools.rehearsal.aws.faults import FaultError, Faults
from gpu_cluster_tools.rehearsal.policy_files import read as read_policies
from gpu_cluster_tools.rehearsal.policy_files import write as write_policies
from gpu_cluster_tools.rehearsal.rehearse import rehearse as run
from gpu_cluster_tools.rehearsal.rehearse_team import rehearse_team
from gpu_cluster_tools.rehearsal.stack_tools import tools_of
from gpu_cluster_tools.rehearsal.temporary_folder import PROJECT, temporary_folder
from gpu_cluster_tools.termination import Interruption, name_of, signals_ignored
from gpu_cluster_tools.toolchain import install

Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON; progress goes to stderr.")]
Keep = Annotated[
    bool, typer.Option("--keep", help="Keep the cluster and the emulated account running for inspection.")
]


Fault = Annotated[
    list[str] | None, typer.Option(help="Inject an AWS fault at a rate, such as throttling=0.2. Repeatable.")
]
Seed = Annotated[int, typer.Option(help="Random seed of the fault injection.")]
Source = Annotated[
    Path | None,
    typer.Option(
        "--from", help="Folder that contains only stack files, such as a team's repository.", file_okay=False
    ),
]
Permissions = Annotated[
    Path | None,
    typer.Option(help="Write the IAM policy required to deploy the stack to this file.", dir_okay=False),
]
WithPermissions = Annotated[
    list[Path] | None,
    typer.Option(help="Restrict the deployer to this IAM policy. Repeatable.", dir_okay=False),
]


def rehearse(
    stack: StackName = "local",
    *,
    source: Source = None,
    fault: Fault = None,
    seed: Seed = 0,
    permissions: Permissions = None,
    with_permissions: WithPermissions = None,
    as_json: Json = False,
    keep: Keep = False,
) -> None:
    """Create, update and destroy a stack on this machine, and report every failure."""
    if source and keep:
        raise typer.BadParameter("not allowed with --from", param_hint="--keep")
    with ExitStack() as folders:
        here = Project.here()
        if source:
            project = Project(_laid_over(here, source, folders))
        else:
            project = _with_platform(here, stack, folders, keep=keep)
        rights = _Rights(permissions, tuple(with_permissions or ()))
        _rehearse(project, stack, _faults(fault or [], seed), rights, as_json=as_json, keep=keep)


@dataclass(frozen=True)
class _Rights:
    written: Path | None
    """Output file of the required IAM policy."""

    given: tuple[Path, ...]
    """IAM policies of the deployer."""


def _rehearse(
    project: Project, stack: str, faults: Faults, rights: _Rights, *, as_json: bool, keep: bool
) -> None:
    settings = project.any_stack(stack)  # errors of the file are reported before anything starts
    if faults.rates:
        _require_environment_on_aws(stack, settings, "--fault", "faults strike")
    for option, given in {"--permissions": rights.written, "--with-permissions": rights.given}.items():
        if given:
            _require_environment_on_aws(stack, settings, option, "IAM decides on")
    _require_emulated_partition(settings)
    of_team = isinstance(settings, TeamStack)
    environment = settings.file.team.environment if of_team else stack
    below = settings.environment if of_team else settings
    toolchain = install(also=tools_of(below))
    sandbox = Sandbox(project.folder, environment, toolchain, read_policies(rights.given))

    def tell(line: str) -> None:
        typer.echo(line, err=as_json)

    kept = f"kept in {sandbox.folder}; the next `gpu-cluster rehearse {stack}` removes it"
    with sandbox.alone(), _removed(sandbox, kept if keep else None):
        report = rehearse_team(TeamSandbox(sandbox, stack), tell) if of_team else run(sandbox, tell, faults)
        if rights.written and report.held:
            for path in write_policies(rights.written, sandbox.account.calls()):
                tell(f"wrote {path}")
        elif rights.written:
            tell(f"did not write {rights.written}: the rehearsal did not complete every step")
    typer.echo(json.dumps(report.as_json(), indent=2) if as_json else report.as_text())
    if keep:
        typer.echo(kept, err=True)
    if not report.held:
        raise typer.Exit(1)


@contextmanager
def _removed(sandbox: Sandbox, kept: str | None) -> Generator[None]:
    """Everything in the sandbox ends with the rehearsal, unless it is `kept`."""
    try:
        yield
    except Interruption as error:
        say_if_heard(f"stopped by {name_of(error)}: {kept or 'ending all that it started'}")
        _remove(sandbox, kept)
        if not kept:
            say_if_heard("everything was stopped; the same command starts over")
        raise
    except BaseException:
        _remove(sandbox, kept)
        raise
    _remove(sandbox, kept)


def _remove(sandbox: Sandbox, kept: str | None) -> None:
    if not kept:
        with signals_ignored():
            sandbox.remove()


def _laid_over(project: Project, source: Path, folders: ExitStack) -> Path:
    """Copy of the project with the stack files of a folder."""
    files = [*(project.folder / "stacks").glob("Pulumi.*.yaml"), *source.glob("Pulumi.*.yaml")]
    if links := [file.name for file in files if file.is_symlink()]:
        raise typer.BadParameter(
            f"{', '.join(links)}: is a symbolic link; expected a regular file", param_hint="--from"
        )
    folder = folders.enter_context(temporary_folder())
    over = copy_project(project.folder, folder / PROJECT, {})
    for file in files:
        shutil.copy(file, over / "stacks")
    folders.enter_context(beside_the_team())  # its file names no other platform
    return over


def _with_platform(project: Project, stack: str, folders: ExitStack, *, keep: bool) -> Project:
    """Project to rehearse; for a team with a platform repository, a copy with the files of both."""
    team = project.any_stack(stack)
    if not (isinstance(team, TeamStack) and team.platform):
        return project
    if keep:
        message = f"a stack on {team.platform} cannot be kept; use --keep in the platform's checkout"
        raise typer.BadParameter(message, param_hint="--keep")
    folder = folders.enter_context(temporary_folder())
    both = copy_project(project.folder, folder / PROJECT, {})
    environment = Project(team.platform.folder).stack_file(team.file.team.environment)
    for file in (environment, project.stack_file(stack)):
        shutil.copy(file, both / "stacks")
    for each in team.platform.folder.iterdir():  # manifests and charts named in the stack files
        if each.name not in (".git", ".local", ".venv") and not (both / each.name).exists():
            (both / each.name).symlink_to(each)
    folders.enter_context(beside_the_team())
    return Project(both)


def _require_environment_on_aws(stack: str, settings: Stack | TeamStack, option: str, words: str) -> None:
    """Refuse options that do not apply to the stack."""
    if isinstance(settings, TeamStack):
        environment = settings.file.team.environment
        message = f"{stack} is a team's; {words} what its environment makes: rehearse {environment}"
        raise typer.BadParameter(message, param_hint=option)
    if settings.cluster.provider != "eks":
        where = f"where {words}" if option == "--fault" else "the only place with IAM"
        raise typer.BadParameter(f"{stack} is not on AWS, {where}", param_hint=option)


def _require_emulated_partition(settings: Stack | TeamStack) -> None:
    environment = settings.environment if isinstance(settings, TeamStack) else settings
    if (found := partition_of(environment.region)) != "aws":
        raise RehearsalError(
            f"the emulated AWS account is of the partition aws; {environment.region} is in {found}\n"
            "hint: `gpu-cluster plan`, `cost`, `check` and `pulumi preview` work for such a stack"
        )


def _faults(words: list[str], seed: int) -> Faults:
    try:
        return Faults.parsed(words, seed)
    except FaultError as error:
        raise typer.BadParameter(str(error), param_hint="--fault") from None
