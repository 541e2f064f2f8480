"""Values of Secrets in manifests: secrets, possible secrets, and values set by programs."""

import base64
from typing import Any

import pytest

from gpu_cluster_policies import Resource
from gpu_cluster_policies.not_judged import not_judged
from gpu_cluster_policies.resources.secret_manifest import secrets_written_out, unrecognised_value

OF_EXTRAS = "urn:pulumi:prod::acme::gpu-cluster:index:Extras$kubernetes:core/v1:Secret::a"
OF_PROGRAM = "urn:pulumi:prod::acme::kubernetes:core/v1:Secret::a"


def _secret(urn: str = "", **content: Any) -> Resource:
    return Resource("Secret", {"metadata": {"name": "a"}, **content}, urn=urn)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("key", "text", "found"),
    [
        ("password", "correct-horse", True),
        ("settings.yaml", "listen: 80\npassword: correct-horse\n", True),
        ("tls.key", "-----BEGIN PRIVATE KEY-----\n", True),
        (".dockerconfigjson", '{"auths": {"a": {"auth": "YTpi"}}}', True),
        (".dockerconfigjson", '{"auths": {}}', False),
        ("password", "ENC[AES256_GCM,data:aa]", False),
        ("password", "<password>", False),
        ("username", "vision", False),
    ],
)
def test_secret_values_are_found_plain_or_encoded(key: str, text: str, found: bool) -> None:
    plain, encoded = _secret(stringData={key: text}), _secret(data={key: _encoded(text)})

    assert [bool([*secrets_written_out(it)]) for it in (plain, encoded)] == [found, found]


def test_possible_secret_value_is_reported_as_not_evaluated() -> None:
    secret = _secret(stringData={"username": "vision", "license": "0123"})

    unseen = not_judged(secret)

    assert unseen
    assert unseen.why == "stringData.license is written out, and may be a secret"
    assert not_judged(_secret(stringData={"username": "vision"}, data={"ca.crt": "Q0E="})) is None


def test_service_account_token_secret_is_reported_as_not_evaluated() -> None:
    unseen = not_judged(_secret(type="kubernetes.io/service-account-token"))

    assert unseen
    assert unseen.why == "it gets a token that does not expire"


@pytest.mark.parametrize(("urn", "found"), [(OF_EXTRAS, True), (OF_PROGRAM, False)])
def test_secret_values_set_by_a_program_are_not_reported(urn: str, found: bool) -> None:
    secret = _secret(urn, stringData={"password": "correct-horse", "license": "0123"})

    assert bool([*secrets_written_out(secret)]) == found
    assert (unrecognised_value(secret) is not None) == found
