import pytest

from gpu_cluster_tools.rehearsal.aws.identity import access_key, principal_of, session_of

ROLE = "arn:aws:iam::123456789012:role/people/team"
USER = "arn:aws:iam::123456789012:user/somebody"


@pytest.mark.parametrize("principal", [ROLE, USER])
def test_access_key_encodes_its_principal(principal: str) -> None:
    assert principal_of(access_key(principal)) == principal


def test_unknown_access_key_belongs_to_the_root_user() -> None:
    assert principal_of("emulated") == "arn:aws:iam::123456789012:root"


def test_role_calls_with_its_session_arn() -> None:
    assert session_of(ROLE) == "arn:aws:sts::123456789012:assumed-role/team/rehearsal"
    assert session_of(USER) == USER
