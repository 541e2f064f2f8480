"""Options of a team's new stack: a valid file on its environment, or an error that names the grant."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from gpu_cluster.catalog import MODELS
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_grants import ONLY
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.stack import LocatedDiagnostic, StackFileError, load, load_any
from gpu_cluster_tools.scaffold.init_options import InitOptionsError
from gpu_cluster_tools.scaffold.stack_file import BLANK
from gpu_cluster_tools.scaffold.team_init_options import Placed, TeamInitOptions
from gpu_cluster_tools.scaffold.team_stack_file import team_example, team_stack_file
from gpu_cluster_tools.scaffold.wanted_model import WantedModel

PROJECT = Path(__file__).parents[4]
SMALL = "Qwen/Qwen2.5-0.5B-Instruct"
NEW = "someone/new-model"

GRANTS = {
    ("cloud", "speech"): PROJECT / "tests/stacks/teams",
    ("cloud", "vision"): PROJECT / "tests/stacks/teams",
    ("local", "vision"): PROJECT / "stacks",
    ("machine", "speech"): PROJECT / "tests/stacks/teams",
    ("prod", "vision"): PROJECT / "stacks",
    ("site", "vision"): PROJECT / "tests/stacks/teams",
}


def environment_file(environment: str, team: str) -> Path:
    return GRANTS[environment, team] / f"Pulumi.{environment}.yaml"


def wish_of(
    environment: str, team: str, model: str | None = None, *, stack: Stack | None = None
) -> TeamInitOptions:
    return TeamInitOptions(
        environment=environment,
        stack=stack or load(environment_file(environment, team)),
        team=team,
        model=WantedModel(model) if model else None,
    )


@pytest.mark.parametrize("model", [None, SMALL, NEW])
@pytest.mark.parametrize(("environment", "team"), GRANTS)
def test_team_file_is_valid_beside_its_environment(environment: str, team: str, model: str | None) -> None:
    stack = team_example(
        wish_of(environment, team, model), environment_file(environment, team)
    )  # which raises an error for an invalid file

    assert isinstance(stack, TeamStack)
    assert stack.name == team
    assert [it.model for it in stack.file.models.values()] == ([model] if model else [])


@pytest.mark.parametrize(("environment", "team"), GRANTS)
def test_example_service_is_valid_and_fits_beside_the_model(
    environment: str, team: str, tmp_path: Path
) -> None:
    text = team_stack_file(wish_of(environment, team, SMALL)).replace(BLANK, "a" * 40)
    *_, example = text.partition("such as a client of the model:\n")
    shown = text.replace(example, re.sub("^  # ", "  ", example, flags=re.MULTILINE))
    file = written(tmp_path, shown, environment, team)

    stack = load_any(file)
    assert isinstance(stack, TeamStack)
    assert stack.file.services["gateway"].env["MODEL"].value == "http://chat:8000/v1"
    assert list(stack.file.repositories) == ([f"{team}/gateway"] if environment in ("cloud", "prod") else [])


def test_placeholders_are_the_only_errors_of_a_new_file(tmp_path: Path) -> None:
    file = written(tmp_path, team_stack_file(wish_of("prod", "vision", NEW)), "prod", "vision")

    first = line_of(file, BLANK)
    assert [(it.key, it.line) for it in problems(file)] == [
        ("gpu-cluster:models.chat.revision", first),
        ("gpu-cluster:models.chat.weights", first + 1),
    ]


@pytest.mark.parametrize(("environment", "team"), GRANTS)
def test_every_model_is_placed_within_the_grant_or_refused(environment: str, team: str) -> None:
    stack = load(environment_file(environment, team))
    options = [wish_of(environment, team, model, stack=stack) for model in [*MODELS][::12]]

    placed = [it for it in map(place_or_none, options) if it]
    assert 0 < len(placed) < len(options)
    for place in placed:
        assert place.pool in stack.teams[team].gpus
        assert 1 <= place.least <= place.most
        assert place.most * place.slot.gpus <= place.granted


@pytest.mark.parametrize(
    ("grant", "model", "expected"),
    [
        # One replica remains, by which an update starts the new one before it stops the old one.
        ({"l4": 4}, SMALL, ("l4", 1, None, 2, 3)),
        ({"l4": 2}, SMALL, ("l4", 1, None, 2, 2)),
        ({"l4": 1}, SMALL, ("l4", 1, None, 1, 1)),
        # The smallest slot that holds the model.
        ({"h100": 4, "l4": 4}, SMALL, ("l4", 1, None, 2, 3)),
        ({"h100": 8, "l4": 4}, "meta-llama/Llama-3.1-70B-Instruct", ("h100", 4, None, 2, 2)),
    ],
)
def test_model_is_placed_in_a_granted_pool_with_enough_capacity(
    grant: dict[str, int], model: str, expected: Sequence[object]
) -> None:
    placed = wish_of("prod", "vision", model, stack=granted("prod", grant)).placed

    assert placed
    assert (placed.pool, placed.slot.gpus, placed.slot.profile, placed.least, placed.most) == expected


def test_profile_outside_the_grant_is_not_used() -> None:
    """A 1g.5gb slice is too small for the model, and the pool also has 3g.20gb."""
    both, small = {"3g.20gb": 2, "1g.5gb": 6}, {"1g.5gb": 6}
    model = "Qwen/Qwen2.5-3B-Instruct"

    placed = wish_of("cloud", "vision", model, stack=granted("cloud", {"a100": both})).placed
    assert placed
    assert (placed.slot.profile, placed.most) == ("3g.20gb", 2)
    with pytest.raises(
        InitOptionsError, match=r"it has 6 nvidia.com/mig-1g.5gb of pool a100, and a replica takes"
    ):
        team_stack_file(wish_of("cloud", "vision", model, stack=granted("cloud", {"a100": small})))


def test_cpu_memory_and_storage_quotas_are_respected() -> None:
    roomy = wish_of("cloud", "speech", SMALL, stack=granted("cloud", {"l4": 4}, team="speech", storage="1Ti"))
    tight = wish_of(
        "cloud", "speech", SMALL, stack=granted("cloud", {"l4": 4}, team="speech", storage="15Gi")
    )
    assert roomy.placed
    assert tight.placed
    assert (roomy.placed.most, tight.placed.most) == (3, 1)

    none = wish_of("cloud", "speech", SMALL, stack=granted("cloud", {"l4": 4}, team="speech", storage="5Gi"))
    with pytest.raises(
        InitOptionsError, match=r"10\.0Gi of volumes are requested at most, and team speech is granted 5\.0Gi"
    ):
        team_stack_file(none)


@pytest.mark.parametrize(
    ("init", "words"),
    [
        (
            wish_of("prod", "vision", "meta-llama/Llama-3.1-70B-Instruct"),
            "a replica takes 4 nvidia.com/gpu of",
        ),
        (wish_of("prod", "vision", "deepseek-ai/DeepSeek-V3"), "and no pool of prod does"),
    ],
)
def test_refusal_lists_the_grant(init: TeamInitOptions, words: str) -> None:
    with pytest.raises(InitOptionsError) as error:
        team_stack_file(init)

    assert "it has 4 nvidia.com/gpu of pool l4, and" in str(error.value)
    assert words in str(error.value)


def granted(
    environment: str, gpus: Mapping[str, int | Mapping[str, int]], *, team: str = "vision", **more: object
) -> Stack:
    """An environment with another grant for the team."""
    stack = load(environment_file(environment, team))
    by_profile = {pool: {ONLY: count} if isinstance(count, int) else count for pool, count in gpus.items()}
    grant = stack.teams[team].model_copy(update={"gpus": by_profile, "cpu": None, "memory": None, **more})
    return stack.model_copy(update={"teams": {**stack.teams, team: grant}})


def place_or_none(init: TeamInitOptions) -> Placed | None:
    try:
        return init.placed
    except InitOptionsError:
        return None


def written(folder: Path, text: str, environment: str, team: str) -> Path:
    """The file of a team's stack beside that of its environment."""
    (folder / f"Pulumi.{environment}.yaml").write_text(environment_file(environment, team).read_text())
    file = folder / f"Pulumi.{environment}-{team}.yaml"
    file.write_text(text)
    return file


def problems(file: Path) -> tuple[LocatedDiagnostic, ...]:
    try:
        load_any(file)
    except StackFileError as error:
        return error.problems
    return ()


def line_of(file: Path, words: str) -> int:
    return next(number for number, line in enumerate(file.read_text().splitlines(), 1) if words in line)
