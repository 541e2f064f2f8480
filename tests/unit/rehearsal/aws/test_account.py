import subprocess
from pathlib import Path

import pytest

from rehearsal import RehearsalError, ports
from rehearsal.aws import Account
from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.identity import access_key


def test_an_account_that_was_not_started_has_no_endpoint(tmp_path: Path) -> None:
    with pytest.raises(RehearsalError, match="was not started"):
        _ = Account(tmp_path).endpoint


def test_it_is_found_again_and_ends(tmp_path: Path) -> None:
    account = Account(tmp_path)
    assert account.start()
    try:
        Api(account.endpoint, "eu-central-1").call("s3", "CreateBucket", Bucket="kept", **_in_frankfurt())
        assert not Account(tmp_path).start()
        buckets = Api(account.endpoint, "eu-central-1").call("s3", "ListBuckets")["Buckets"]
        assert [bucket["Name"] for bucket in buckets] == ["kept"]
    finally:
        Account(tmp_path).stop()

    with pytest.raises(ApiError, match="Could not connect"):
        Api(account.endpoint, "eu-central-1").call("s3", "ListBuckets")


def test_the_provider_is_on_the_path_of_the_engine_alone(tmp_path: Path) -> None:
    (tmp_path / "aws").mkdir()
    (tmp_path / "aws" / "port").write_text("20001")

    environment = Account(tmp_path).environment({"PATH": "/bin", "AWS_PROFILE": "real"})

    launcher = tmp_path / "aws" / "bin" / "pulumi-resource-aws"
    assert environment == {
        "PATH": f"{launcher.parent}:/bin",
        "AWS_ACCESS_KEY_ID": access_key("arn:aws:iam::123456789012:role/rehearsal"),
        "AWS_SECRET_ACCESS_KEY": "emulated",
    }
    assert " 20001 " in launcher.read_text()
    assert launcher.stat().st_mode & 0o100


def test_an_engine_that_starts_the_plugin_gets_a_provider_until_it_ends(tmp_path: Path) -> None:
    account = Account(tmp_path)
    account.start()
    try:
        search = account.environment({})["PATH"].partition(":")[0]
        plugin = subprocess.Popen(
            [f"{search}/pulumi-resource-aws", "127.0.0.1:1"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert plugin.stdin
        assert plugin.stdout
        port = int(plugin.stdout.readline())
        assert not ports.free(port)

        plugin.stdin.close()  # as when the engine dies
        assert plugin.wait(timeout=10) == 0
        assert ports.assign(("provider",), {"provider": port}) == {"provider": port}
    finally:
        account.stop()


def _in_frankfurt() -> dict[str, object]:
    return {"CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"}}
