from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal import RehearsalError
from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.identity import access_key


def test_account_that_was_not_started_has_no_endpoint(tmp_path: Path) -> None:
    with pytest.raises(RehearsalError, match="was not started"):
        _ = Account(tmp_path).endpoint


def test_running_account_is_reused_and_can_be_stopped(tmp_path: Path) -> None:
    account = Account(tmp_path)
    assert account.start()
    try:
        Api(account.endpoint, "eu-central-1").call("s3", "CreateBucket", Bucket="kept", **_in_frankfurt())
        assert not Account(tmp_path).start()
        buckets = Api(account.endpoint, "eu-central-1").call("s3", "ListBuckets")["Buckets"]
        assert [bucket["Name"] for bucket in buckets] == ["kept"]
    finally:
        Account(tmp_path).stop()

    with pytest.raises(ApiError, match=r"Could not connect|Connection was closed"):
        Api(account.endpoint, "eu-central-1").call("s3", "ListBuckets")


def test_provider_binary_is_only_on_the_path_of_the_engine(tmp_path: Path) -> None:
    (tmp_path / "aws").mkdir()
    (tmp_path / "aws" / "port").write_text("20001")
    provider = tmp_path / "provider"
    provider.touch()

    environment = Account(tmp_path).environment({"PATH": "/bin", "AWS_PROFILE": "real"}, provider)

    plugin = tmp_path / "aws" / "bin" / "pulumi-resource-aws"
    assert environment == {
        "PATH": f"{plugin.parent}:/bin",
        "AWS_ACCESS_KEY_ID": access_key("arn:aws:iam::123456789012:role/rehearsal"),
        "AWS_SECRET_ACCESS_KEY": "emulated",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:20001",
    }
    assert plugin.samefile(provider)


def _in_frankfurt() -> dict[str, object]:
    return {"CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"}}
