"""Team stack files: valid ones load, invalid ones have the recorded messages."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gpu_cluster.config import Stack, TeamStack
from gpu_cluster.stack import StackFileError, load, load_any
from gpu_cluster.stack.document import read
from gpu_cluster.stack.schema import team_json_schema
from tests.unit.gpu_cluster.stack.corpus import STACKS, TEAMS_OWN

TEAMS = STACKS / "teams"
HAPPY = [*sorted(TEAMS.glob("happy-*.yaml")), *TEAMS_OWN]
SCHEMA: Any = Draft202012Validator(team_json_schema())  # its methods are typed in part
ERRORS = sorted(TEAMS.glob("error-*.yaml"))


def team(name: str) -> TeamStack:
    stack = load_any(TEAMS / f"happy-{name}.yaml")
    assert isinstance(stack, TeamStack)
    return stack


@pytest.mark.parametrize("path", HAPPY, ids=lambda path: path.stem)
def test_valid_team_file_loads_and_matches_the_schema(path: Path) -> None:
    assert isinstance(load_any(path), TeamStack)
    assert [error.message for error in SCHEMA.iter_errors(read(path).data)] == []


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_invalid_team_file_has_the_recorded_messages(path: Path) -> None:
    with pytest.raises(StackFileError) as error:
        load_any(path)
    assert f"{error.value}\n" == path.with_suffix(".txt").read_text()


def test_every_invalid_team_file_has_recorded_messages() -> None:
    assert len(ERRORS) >= 18
    assert {path.stem for path in TEAMS.glob("*.txt")} == {path.stem for path in ERRORS}


def test_team_stack_has_its_environment_and_grant() -> None:
    stack = team("everything")

    assert stack.environment == load(TEAMS / "Pulumi.cloud.yaml")
    assert (stack.name, stack.namespace) == ("vision", "vision")
    assert stack.grant.gpus == {"l4": {"": 2}, "a100": {"3g.20gb": 2, "1g.5gb": 6}}


def test_team_volumes_have_the_default_storage_class() -> None:
    file = team("everything").file

    cache = file.models["detect"].cache
    assert cache
    assert cache.storage_class == "gp3"
    assert file.services["gateway"].volumes["spool"].storage_class == "gp3"


def test_load_any_and_load_agree_on_an_environment() -> None:
    path = TEAMS / "Pulumi.cloud.yaml"
    assert isinstance(load_any(path), Stack)
    assert load_any(path) == load(path)


def test_team_file_is_rejected_as_an_environment() -> None:
    with pytest.raises(StackFileError) as error:
        load(TEAMS / "happy-smallest.yaml")
    assert str(error.value) == (
        "tests/stacks/teams/happy-smallest.yaml:2 gpu-cluster:team: "
        "a team's stack; expected that of an environment"
    )
