"""`gpu-cluster init NAME --environment ENVIRONMENT`: create a team's stack file."""

from pathlib import Path

from gpu_cluster.config.platform_source import PlatformSource
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack import StackFileError, is_team_file, load
from gpu_cluster.stack.git_checkout import FetchError
from gpu_cluster.stack.platform_checkout import checked_out, lack_of_project
from gpu_cluster.stack.suggestions import did_you_mean, one_of
from gpu_cluster_tools.cli.project import Project
from gpu_cluster_tools.cli.terminal.prompts import Prompts
from gpu_cluster_tools.scaffold.init_options import InitOptionsError
from gpu_cluster_tools.scaffold.team_init_options import TeamInitOptions
from gpu_cluster_tools.scaffold.team_stack_file import team_example, team_stack_file
from gpu_cluster_tools.scaffold.wanted_model import WantedModel


def team_text(
    project: Project,
    name: str,
    environment: str,
    ask: Prompts,
    *,
    source: PlatformSource | None,
    team: str | None,
    model: str | None,
    kubeconfig: str | None,
) -> str:
    """Text of the file. `InitOptionsError` if the team is unknown or the model does not fit."""
    file = _of_platform(project, source, environment) if source else _file(project, name, environment)
    try:
        stack = load(file)
    except StackFileError as error:
        raise InitOptionsError(f"the stack file of {environment} is invalid:\n{error}") from None
    named = team or _team(name, environment, stack, ask)
    served = model or ask("Model to serve, empty for none?", "")
    init = TeamInitOptions(
        environment=environment,
        stack=stack,
        team=named,
        source=source,
        model=WantedModel(served) if served else None,
        kubeconfig=kubeconfig,
    )
    text = team_stack_file(init)
    team_example(init, file)
    return text


def _of_platform(project: Project, source: PlatformSource, environment: str) -> Path:
    try:
        platform = checked_out(source, project.folder)
    except FetchError as error:
        raise InitOptionsError(str(error)) from None
    if not (platform.folder / "Pulumi.yaml").is_file():
        raise InitOptionsError(lack_of_project(platform))
    there = Project(platform.folder)
    known = [it for it in there.stack_names() if not _is_team(there, it)]
    if environment not in known:
        near = did_you_mean(environment, known) or f"; there are {', '.join(known) or 'none'}"
        raise InitOptionsError(f"{platform} has no environment '{environment}'{near}")
    return there.stack_file(environment)


def _file(project: Project, name: str, environment: str) -> Path:
    known = [it for it in project.stack_names() if not _is_team(project, it)]
    if environment not in known:
        there = f"there are {', '.join(known)}" if known else "there are none"
        raise InitOptionsError(f"no environment '{environment}' ({there}){did_you_mean(environment, known)}")
    if name == environment:
        raise InitOptionsError(
            f"{name} is the environment; choose another name for the team's stack, such as {name}-vision"
        )
    return project.stack_file(environment)


def _is_team(project: Project, stack: str) -> bool:
    try:
        return is_team_file(project.stack_file(stack))
    except StackFileError:
        return False  # errors of the file are reported when it is loaded


def _team(name: str, environment: str, stack: Stack, ask: Prompts) -> str:
    if not stack.teams:
        raise InitOptionsError(f"{environment} has no teams; add one to gpu-cluster:teams of its stack file")
    called = name.removeprefix(f"{environment}-")
    given = ask(f"Team, {one_of(stack.teams)}?", called if called in stack.teams else "")
    if not given:
        raise InitOptionsError(f"no team of {environment} was given; set --team to {one_of(stack.teams)}")
    return given
