"""The text of a team's new stack, from the options of `init`."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team import TeamStack
from gpu_cluster.stack.load import load_any
from gpu_cluster.stack.platform_checkout import beside_the_team
from gpu_cluster.stack.scalar import scalar
from gpu_cluster_tools.scaffold.draft import BLANK
from gpu_cluster_tools.scaffold.team_wish import MODEL, SERVICE, Placed, TeamWish
from gpu_cluster_tools.scaffold.wanted_model import REVISION, TOKEN, WEIGHTS, WantedModel


def team_draft(wish: TeamWish) -> str:
    """A commented stack file that validates beside its environment's. `WishError` where it cannot.

    team_draft(TeamWish(environment="prod", stack=load(Path("stacks/Pulumi.prod.yaml")), team="vision"))
    """
    return "\n".join(_lines(wish, weights=BLANK, revision=BLANK, token=BLANK)) + "\n"


def team_example(wish: TeamWish, environment: Path) -> Stack | TeamStack:
    """The draft beside this file of its environment, with examples for its placeholders.

    `StackFileError` where it is wrong.
    """
    with TemporaryDirectory() as folder:
        (Path(folder) / environment.name).write_bytes(environment.read_bytes())
        file = Path(folder) / f"Pulumi.{wish.environment}-{wish.team}.yaml"
        file.write_text("\n".join(_lines(wish, weights=WEIGHTS, revision=REVISION, token=TOKEN)) + "\n")
        with beside_the_team():
            return load_any(file)


def _lines(wish: TeamWish, *, weights: str, revision: str, token: str) -> Iterator[str]:
    names = [f"environment: {scalar(wish.environment)}", f"name: {scalar(wish.team)}"]
    if wish.source:
        given = wish.source.model_dump(exclude_none=True, by_alias=True)
        names.append(f"platform: {{{', '.join(f'{key}: {scalar(value)}' for key, value in given.items())}}}")
    if wish.kubeconfig:
        names.append(f"kubeconfig: {scalar(wish.kubeconfig)}")
    namespace = wish.grant.namespace or wish.team
    yield "# yaml-language-server: $schema=team-schema.json"
    yield f"# What team {wish.team} runs in {wish.environment}: in namespace {namespace}, and nowhere else."
    yield "config:"
    yield f"  gpu-cluster:team: {{{', '.join(names)}}}"
    if wish.model and wish.needs_token:
        yield f"  # {wish.model.name} is gated: set the token of an account that was granted access by"
        yield "  # `pulumi config set --secret gpu-cluster:hubToken`, or store of the model"
        yield f"  gpu-cluster:hubToken: {{secure: {scalar(token)}}}"
    if wish.model and wish.placed:
        yield from _model(wish.model, wish.placed, weights, revision)
    yield from _service(wish)


def _model(model: WantedModel, placed: Placed, weights: str, revision: str) -> Iterator[str]:
    yield "  gpu-cluster:models:"
    yield f"    {MODEL}:"
    lines = model.lines(
        placed.pool,
        f"{{min: {placed.least}, max: {placed.most}}} # {placed.granted} {placed.resource} are granted",
        gpus=placed.place.gpus,
        profile=placed.place.profile,
        weights=weights,
        revision=revision,
    )
    yield from (f"      {line}" for line in lines)


def _service(wish: TeamWish) -> Iterator[str]:
    """A comment, as other workloads of the team are not known."""
    yield "  # Containers of the team's own, such as one that asks the model:"
    if wish.repository:
        yield "  # gpu-cluster:repositories:"
        yield f"  #   {wish.repository}: {{}}"
    yield "  # gpu-cluster:services:"
    yield f"  #   {SERVICE}:"
    yield f"  #     image: {wish.image} # with its @sha256 digest in production"
    yield "  #     port: 8080"
    yield "  #     health: /healthz"
    if wish.model:
        yield f'  #     env: {{MODEL: "http://{MODEL}:8000/v1"}}'
