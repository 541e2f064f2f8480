"""Automatic names of AWS resources fit the services' limits with the longest names of a stack file."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pulumi_aws
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_cluster.aws.logical_name import logical_name
from gpu_cluster.catalog.limits import NAME_LIMITS, automatic_name_problem, fitted
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.plan import Graph, Registered
from gpu_cluster.stack import load, load_any
from gpu_cluster.stack.defaults import with_defaults
from tests.unit.platforms import platform_of, team_of

PROJECT = Path(__file__).parents[3]
ENVIRONMENTS = ("dev", "staging", "prod")
LONGEST = 40

ROLE = "aws:iam/role:Role"


def lengthened(name: str) -> str:
    """The name padded to the maximum length of a stack file name."""
    return f"{name}-{'x' * LONGEST}"[:LONGEST]


def with_long_names(stack: Stack) -> Stack:
    """The stack with pools, stores, models, teams and principals of the maximum name length."""
    data = stack.model_dump(by_alias=True, exclude_unset=True)
    sections = ("pools", "storage", "teams")
    known = {name for section in sections for name in data.get(section, {})}
    known |= set(data.get("serving", {}).get("models", {})) | set(data["cluster"]["access"])
    return with_defaults(Stack.model_validate(_renamed(data, known)))


def _renamed(value: Any, known: set[str], *, here: bool = False) -> Any:
    """Lengthen the keys of maps by name and the references to them."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        return {
            lengthened(key) if here and key in known else key: _renamed(
                part,
                known,
                here=key in {"pools", "storage", "teams", "models", "access", "gpus"},
            )
            if key not in {"pool", "storageClass", "s3", "store"} or part not in known
            else lengthened(part)
            for key, part in entries.items()
        }
    return value


def automatically_named(graph: Graph) -> Iterator[tuple[Registered, str]]:
    for it in graph.resources:
        limit = NAME_LIMITS.get(it.type)
        if limit and it.inputs.get(limit.argument) is None:
            yield it, it.name


@pytest.fixture(params=ENVIRONMENTS)
def environment(request: pytest.FixtureRequest) -> Stack:
    return load(PROJECT / "stacks" / f"Pulumi.{request.param}.yaml")


def test_automatic_names_of_committed_stacks_fit_the_aws_limits(environment: Stack) -> None:
    graph, _ = platform_of(environment)
    named = list(automatically_named(graph))
    assert named
    assert [problem for it, name in named if (problem := automatic_name_problem(it.type, name))] == []


def test_automatic_names_with_the_longest_stack_names_fit_the_aws_limits(environment: Stack) -> None:
    graph, _ = platform_of(with_long_names(environment))
    named = list(automatically_named(graph))
    assert any("x" * 10 in name for _, name in named)
    assert [problem for it, name in named if (problem := automatic_name_problem(it.type, name))] == []
    assert len({it.urn for it in graph.resources}) == len(graph.resources)


def test_shortened_name_has_its_full_name_as_an_alias() -> None:
    graph, _ = platform_of(with_long_names(load(PROJECT / "stacks" / "Pulumi.prod.yaml")))
    short = [it for it, _ in automatically_named(graph) if re.search(r"-[0-9a-f]{6}(-[a-z]+)?$", it.name)]
    assert short
    assert [it.name for it in short if not it.aliases] == []


def test_automatic_names_of_the_longest_team_name_fit_the_aws_limits() -> None:
    team = cast("TeamStack", load_any(PROJECT / "tests/stacks/teams/happy-everything.yaml"))
    longest = lengthened(team.name)
    environment = team.environment.model_copy(update={"teams": {longest: team.grant}})
    membership = team.file.team.model_copy(update={"name": longest})
    graph, _ = team_of(
        replace(team, file=team.file.model_copy(update={"team": membership}), environment=environment)
    )
    named = list(automatically_named(graph))
    assert [problem for it, name in named if (problem := automatic_name_problem(it.type, name))] == []


def test_name_limits_cover_every_automatically_named_type(environment: Stack) -> None:
    graph, _ = platform_of(environment)
    used = {it.type for it in graph.resources if it.type.startswith("aws:")}
    missing = {it for it in used - NAME_LIMITS.keys() if _takes(it, "name")}
    assert missing == set()


@pytest.mark.parametrize("resource_type", NAME_LIMITS)
def test_name_limit_argument_exists_in_the_sdk(resource_type: str) -> None:
    named = re.sub(r"(?<=[a-z])([A-Z])", lambda it: f"_{it[0].lower()}", NAME_LIMITS[resource_type].argument)
    assert _takes(resource_type, named)


def _takes(resource_type: str, argument: str) -> bool:
    _, module, kind = resource_type.split(":")
    made = getattr(getattr(pulumi_aws, module.partition("/")[0]), kind)
    return argument in inspect.signature(made._internal_init).parameters


LOGICAL = st.from_regex(r"[a-z]([-a-z0-9]{0,98}[a-z0-9])?", fullmatch=True)


@given(name=LOGICAL, resource_type=st.sampled_from(sorted(NAME_LIMITS)))
def test_fitted_name_is_within_the_limit_and_idempotent(name: str, resource_type: str) -> None:
    short = fitted(resource_type, name)
    assert automatic_name_problem(resource_type, short) is None
    assert short == fitted(resource_type, name)
    assert fitted(resource_type, short) == short
    if automatic_name_problem(resource_type, name) is None:
        assert short == name


@given(names=st.lists(LOGICAL, min_size=2, max_size=2, unique=True))
def test_fitted_names_stay_distinct(names: list[str]) -> None:
    first, second = (fitted(ROLE, f"platform-team-{'x' * 60}{name}-identity-role") for name in names)
    assert first != second


def test_name_at_the_limit_is_kept() -> None:
    assert logical_name(ROLE, "r" * 56) == ("r" * 56, [])
    assert automatic_name_problem(ROLE, "r" * 56) is None


def test_name_beyond_the_limit_is_shortened_but_keeps_its_last_word() -> None:
    long = "platform-addons-aws-mountpoint-s3-csi-driver-identity-role"
    assert automatic_name_problem(ROLE, long) == (
        f"the automatic name of {long} has 66 characters, aws:iam/role:Role takes 64"
    )
    short = logical_name(ROLE, long)
    assert len(short.name) <= 56
    assert short.name.startswith("platform-addons-aws-mountpoint-s3-csi-")
    assert short.name.endswith("-role")
    assert len(short.aliases) == 1
