import pytest

from gpu_cluster_tools.rehearsal.aws.identity import access_key, principal_of, session_of

ROLE = "arn:aws:iam::123456789012:role/people/team"
USER = "arn:aws:iam::123456789012:user/somebody"


@pytest.mark.parametrize("principal", [ROLE, USER])
def test_an_access_key_says_whose_it_is(principal: str) -> None:
    assert principal_of(access_key(principal)) == principal


def test_a_key_that_does_not_say_is_the_roots() -> None:
    assert principal_of("emulated") == "arn:aws:iam::123456789012:root"


def test_a_role_calls_by_its_session() -> None:
    assert session_of(ROLE) == "arn:aws:sts::123456789012:assumed-role/team/rehearsal"
    assert session_of(USER) == USER
