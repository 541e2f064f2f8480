import pytest

from rehearsal.aws.api import Api
from rehearsal.aws.provider import ProviderError, secrets_of
from tests.unit.rehearsal.aws.services.life import Resource, make, refusal
from tests.unit.rehearsal.aws.services.policies import policy

SECRET = "aws:secretsmanager/secret:Secret"
VALUE = "aws:secretsmanager/secretVersion:SecretVersion"


def test_a_secret_changes_in_place(api: Api, key: Resource) -> None:
    secret = make(api, SECRET, description="token", policy=policy("secretsmanager:GetSecretValue"))

    assert secret.change(kmsKeyId=key["arn"], description="a token") == "updated"
    assert secret.change(policy=None, tags={"use": "test"}) == "updated"
    assert secret.change(name="other") == "replaced"
    secret.goes()


def test_another_value_is_another_version(api: Api) -> None:
    secret = make(api, SECRET, recoveryWindowInDays=0)
    value = make(api, VALUE, secretId=secret.id, secretString="first")

    assert value["versionStages"] == ["AWSCURRENT"]
    assert value.change(secretString="second") == "replaced"
    assert "secretString" in secrets_of(VALUE)
    secret.goes()


def test_a_name_is_not_free_while_its_secret_can_come_back(api: Api) -> None:
    secret = make(api, SECRET, name="recoverable")
    value = make(api, VALUE, secretId=secret.id, secretString="first")
    secret.goes()

    assert value.provider.read(VALUE, value.id, value.state, value.inputs) is None
    assert "ResourceExistsException" in refusal(api, SECRET, name="recoverable")


def test_a_value_needs_its_secret(api: Api) -> None:
    with pytest.raises(ProviderError, match="ResourceNotFoundException"):
        make(api, VALUE, secretId="lost", secretString="first")
