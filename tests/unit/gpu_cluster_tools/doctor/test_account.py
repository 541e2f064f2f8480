from typing import Any

import pytest

from gpu_cluster_tools.doctor.account import account, principal_of
from gpu_cluster_tools.doctor.aws import Aws, AwsCallError, UnreachableError
from gpu_cluster_tools.doctor.check import Check, CheckStatus
from tests.pains.platforms import stack


def looked(aws: Aws, **access: str) -> dict[str, Check]:
    edits: dict[str, Any] = {f"cluster.access.{name}.principal": arn for name, arn in access.items()}
    return {check.name: check for check in account(stack("prod", edits), aws)}


def test_account_and_region_of_the_stack_pass(aws: Aws) -> None:
    found = looked(aws, platform=aws.call("sts", "get_caller_identity")["Arn"].replace(":sts:", ":iam:"))

    assert found["account"].verdict is CheckStatus.OK
    assert found["region"].verdict is CheckStatus.OK


def test_principal_without_cluster_access_is_a_warning(aws: Aws) -> None:
    access = looked(aws)["access"]

    assert access.verdict is CheckStatus.WARN
    assert access.advice == "sign in as arn:aws:iam::123456789012:role/platform, or add it"


def test_other_account_fails_and_ends_the_checks(aws: Aws) -> None:
    checks = list(account(stack("dev", {}), aws))

    assert [(check.verdict, check.name) for check in checks] == [(CheckStatus.FAIL, "account")]
    assert checks[0].found == (
        "the credentials are for 123456789012, but gpu-cluster:cluster.account is 111122223333"
    )


@pytest.mark.parametrize(
    ("arn", "principal"),
    [
        ("arn:aws:sts::123456789012:assumed-role/ops/me", "arn:aws:iam::123456789012:role/ops"),
        ("arn:aws:iam::123456789012:user/path/me", "arn:aws:iam::123456789012:user/path/me"),
    ],
)
def test_session_arn_maps_to_its_role(arn: str, principal: str) -> None:
    assert principal_of(arn) == principal


def test_role_with_a_path_matches_a_session_without_it(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {
        "get_caller_identity": {
            "Account": "123456789012",
            "Arn": "arn:aws:sts::123456789012:assumed-role/platform/me",
        },
        "describe_regions": {"Regions": [{"OptInStatus": "not-opted-in"}]},
    }

    def call(_service: str, operation: str, **_: Any) -> dict[str, Any]:
        return answers[operation]

    monkeypatch.setattr(aws, "call", call)
    found = looked(aws, platform="arn:aws:iam::123456789012:role/teams/platform")

    assert found["access"].verdict is CheckStatus.OK
    assert found["region"].verdict is CheckStatus.FAIL


def test_invalid_token_error_suggests_enabling_the_region(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def call(*_: str, **__: Any) -> dict[str, Any]:
        raise AwsCallError(
            "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation"
        )

    monkeypatch.setattr(aws, "call", call)
    [check] = account(stack("prod", {}), aws)

    assert (check.verdict, check.name) == (CheckStatus.FAIL, "account")
    assert "InvalidClientTokenId" in check.found
    assert "enable it in the account settings" in check.advice


def test_machine_without_credentials_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(UnreachableError, match="no AWS credentials"):
        Aws("us-east-2")


def test_missing_sdk_error_names_the_extra_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "boto3.session", None)
    with pytest.raises(UnreachableError, match=r"pip install 'gpu-cluster\[doctor\]'"):
        Aws("us-east-2")


def test_aws_error_message_is_kept(aws: Aws) -> None:
    with pytest.raises(AwsCallError, match="vpc-12345678"):
        aws.call("ec2", "describe_vpcs", VpcIds=["vpc-12345678"])
