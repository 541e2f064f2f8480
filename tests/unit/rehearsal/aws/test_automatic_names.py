"""Automatic names end where the service does, and the provider refuses longer ones as pulumi-aws does."""

import pytest

from components.catalog.limits import NAME_LIMITS
from rehearsal.aws.api import Api
from rehearsal.aws.provider import Provider, ProviderError
from rehearsal.aws.services import kinds

ROLE = "aws:iam/role:Role"
NOWHERE = Provider(Api("http://127.0.0.1:1", "eu-central-1"), default_tags={})


def test_a_name_at_the_limit_is_made() -> None:
    inputs, _ = NOWHERE.check(ROLE, "r" * 56, {}, {}, b"seed")
    assert inputs["name"].startswith("r" * 56 + "-")
    assert len(inputs["name"]) == 64


def test_a_longer_name_ends_the_preview() -> None:
    with pytest.raises(ProviderError, match=r"rrr has 65 characters, aws:iam/role:Role takes 64$"):
        NOWHERE.check(ROLE, "r" * 57, {}, {}, b"seed")


def test_a_name_that_was_chosen_before_stays() -> None:
    old = {"name": "short-0a1b2c3", "__defaults": ["name"]}
    assert NOWHERE.check(ROLE, "r" * 57, old, {}, b"seed")[0]["name"] == "short-0a1b2c3"


def test_every_type_that_is_named_has_a_limit() -> None:
    named = {token: kind.names.property for token, kind in kinds().items() if kind.names}
    assert named
    assert {token: NAME_LIMITS[token].argument for token in named} == named
