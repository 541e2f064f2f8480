"""Secrets in Pulumi programs: a value that the program sets is reported as not evaluated."""

from typing import Any

import pytest

from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies import Resource, pack_of
from gpu_cluster_policies.not_judged import not_judged

VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
PARAMETER = "aws:ssm/parameter:Parameter"
URN = "urn:pulumi:prod::acme::{}::a"
PASSWORD = "urn:pulumi:prod::acme::random:index/randomPassword:RandomPassword::a"


def _resource(kind: str, made_of: dict[str, list[str]] | None = None, **inputs: Any) -> Resource:
    return Resource(kind, inputs, "a", urn=URN.format(kind), made_of=made_of)


@pytest.mark.parametrize(
    ("resource", "key"),
    [
        (_resource(VERSION, secretId="a", secretString="correct-horse"), "secretString"),
        (_resource(VERSION, {}, secretId="a", secretBinary="Y29ycmVjdA=="), "secretBinary"),
        (_resource(VERSION, {"secretId": [PASSWORD]}, secretString="correct-horse"), "secretString"),
        (_resource(PARAMETER, type="SecureString", value="correct-horse"), "value"),
        (_resource("Secret", {}, metadata={"name": "a"}, stringData={"license": "0123"}), "stringData"),
    ],
)
def test_secret_value_set_by_the_program_is_reported_as_not_evaluated(resource: Resource, key: str) -> None:
    [unseen] = pack_of("prod-elsewhere").check([resource]).not_judged

    assert unseen.why == f"{key} is set by the program, which may contain the secret as text"
    assert "correct-horse" not in unseen.brief


@pytest.mark.parametrize(
    "resource",
    [
        _resource(VERSION, {"secretString": [PASSWORD]}, secretString="correct-horse"),
        _resource(VERSION, secretId="a", secretString=UNKNOWN),
        _resource(VERSION, secretId="a"),
        _resource(PARAMETER, type="String", value="eu-central-1"),
        _resource("Secret", {"data": [PASSWORD]}, metadata={"name": "a"}, data={"password": "Y29ycmVjdA=="}),
        Resource("Secret", {"metadata": {"name": "a"}}),
    ],
)
def test_secret_value_from_another_resource_is_not_reported(resource: Resource) -> None:
    assert not_judged(resource) is None


def test_secret_of_the_platform_is_not_reported() -> None:
    urn = "urn:pulumi:prod::gpu-cluster::gpu-cluster:index:Serving$kubernetes:core/v1:Secret::a"

    assert not_judged(Resource("Secret", {"metadata": {}, "stringData": {"token": "hub"}}, urn=urn)) is None
