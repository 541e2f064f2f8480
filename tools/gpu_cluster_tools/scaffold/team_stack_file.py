"""The text of a team's new stack, from the options of `init`."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.stack.load import load_any
from gpu_cluster.stack.platform_checkout import beside_the_team
from gpu_cluster.stack.yaml_scalar import scalar
from gpu_cluster_tools.scaffold.stack_file import BLANK
from gpu_cluster_tools.scaffold.team_init_options import MODEL, Placed, TeamInitOptions
from gpu_cluster_tools.scaffold.team_service import service_lines
from gpu_cluster_tools.scaffold.wanted_model import REVISION, TOKEN, WEIGHTS, WantedModel


def team_stack_file(init: TeamInitOptions) -> str:
    """A commented stack file that validates beside its environment's. `InitOptionsError` where it cannot.

    team_stack_file(TeamInitOptions(environment="prod", stack=load(file), team="vision"))
    """
    return "\n".join(_lines(init, weights=BLANK, revision=BLANK, token=BLANK)) + "\n"


def team_example(init: TeamInitOptions, environment: Path) -> Stack | TeamStack:
    """The draft beside this file of its environment, with examples for its placeholders.

    `StackFileError` where it is wrong.
    """
    with TemporaryDirectory() as folder:
        file = _stacks_beside(environment, Path(folder)) / f"Pulumi.{init.environment}-{init.team}.yaml"
        file.unlink(missing_ok=True)
        file.write_text("\n".join(_lines(init, weights=WEIGHTS, revision=REVISION, token=TOKEN)) + "\n")
        with beside_the_team():
            return load_any(file)


def _stacks_beside(environment: Path, folder: Path) -> Path:
    """The folder of stack files in a likeness of the environment's project, whose files it links to."""
    stacks = folder / environment.parent.name
    stacks.mkdir()
    for linked, there in ((folder, environment.parent.parent), (stacks, environment.parent)):
        for path in there.iterdir():
            if not (linked / path.name).exists():
                (linked / path.name).symlink_to(path.resolve())
    return stacks


def _lines(init: TeamInitOptions, *, weights: str, revision: str, token: str) -> Iterator[str]:
    names = [f"environment: {scalar(init.environment)}", f"name: {scalar(init.team)}"]
    if init.source:
        given = init.source.model_dump(exclude_none=True, by_alias=True)
        names.append(f"platform: {{{', '.join(f'{key}: {scalar(value)}' for key, value in given.items())}}}")
    if init.kubeconfig:
        names.append(f"kubeconfig: {scalar(init.kubeconfig)}")
    namespace = init.grant.namespace or init.team
    yield "# yaml-language-server: $schema=team-schema.json"
    yield f"# Stack of team {init.team} in {init.environment}, namespace {namespace}."
    yield "config:"
    yield f"  gpu-cluster:team: {{{', '.join(names)}}}"
    if init.model and init.needs_token:
        yield f"  # {init.model.name} is gated: set the token of an account that was granted access by"
        yield "  # `pulumi config set --secret gpu-cluster:hubToken`, or store of the model"
        yield f"  gpu-cluster:hubToken: {{secure: {scalar(token)}}}"
    if init.model and init.placed:
        yield from _model(init.model, init.placed, weights, revision)
    yield from service_lines(init.repository, MODEL if init.model else None)


def _model(model: WantedModel, placed: Placed, weights: str, revision: str) -> Iterator[str]:
    yield "  gpu-cluster:models:"
    yield f"    {MODEL}:"
    lines = model.lines(
        placed.pool,
        f"{{min: {placed.least}, max: {placed.most}}} # {placed.granted} {placed.resource} are granted",
        gpus=placed.slot.gpus,
        profile=placed.slot.profile,
        weights=weights,
        revision=revision,
    )
    yield from (f"      {line}" for line in lines)
