from collections.abc import Callable
from typing import Any

import pytest

from gpu_cluster_tools.doctor.aws import Aws, AwsCallError
from gpu_cluster_tools.doctor.backups import backups
from gpu_cluster_tools.doctor.check import Check, CheckStatus
from tests.pains.platforms import stack

OptIn = Callable[..., None]


@pytest.fixture
def opted_in(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> OptIn:
    """Sets the answer of the account; the emulated one has no such settings."""

    def answer(**services: bool) -> None:
        def call(service: str, operation: str) -> dict[str, Any]:
            assert (service, operation) == ("backup", "describe_region_settings")
            return {"ResourceTypeOptInPreference": services}

        monkeypatch.setattr(aws, "call", call)

    return answer


def looked(aws: Aws | None, **edits: Any) -> Check:
    given = {key.replace("__", "."): value for key, value in edits.items()}
    [found] = backups(stack("prod", given), aws)
    return found


def test_opted_in_services_pass(aws: Aws, opted_in: OptIn) -> None:
    opted_in(EBS=True, EFS=True, FSx=False)

    found = looked(aws)

    assert (found.verdict, found.found) == (
        CheckStatus.OK,
        "us-east-2 is opted in to backups of EBS (fast), EFS (home)",
    )


def test_services_not_opted_in_fail_with_the_command(aws: Aws, opted_in: OptIn) -> None:
    opted_in(EBS=False, EFS=False, S3=True)

    found = looked(aws)

    assert (found.verdict, found.found, found.advice) == (
        CheckStatus.FAIL,
        "us-east-2 is not opted in to backups of EBS (fast), EFS (home)",
        "aws backup update-region-settings --region us-east-2"
        " --resource-type-opt-in-preference EBS=true,EFS=true",
    )


def test_service_missing_in_the_answer_is_not_opted_in(aws: Aws, opted_in: OptIn) -> None:
    opted_in(EBS=True)

    assert looked(aws).advice.endswith(" EFS=true")


def test_only_stores_with_backups_are_checked(aws: Aws, opted_in: OptIn) -> None:
    opted_in(EBS=True, EFS=False, FSx=False)

    found = looked(aws, storage__home__backupDays=0, storage__datasets__s3=None)

    assert found.found == "us-east-2 is not opted in to backups of FSx (datasets)"


def test_stack_without_backups_is_skipped(aws: Aws, opted_in: OptIn) -> None:
    opted_in()

    found = looked(aws, storage__fast__backupDays=0, storage__home__backupDays=0, backups={})

    assert (found.verdict, found.found) == (
        CheckStatus.SKIP,
        "the stack has no AWS Backup resources",
    )


def test_check_without_an_account_lists_the_services() -> None:
    found = looked(None)

    assert (found.verdict, found.found) == (
        CheckStatus.SKIP,
        "the AWS Backup opt-in for EBS (fast), EFS (home) can only be checked with AWS credentials",
    )


def test_refused_call_is_skipped(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> dict[str, Any]:
        raise AwsCallError("not authorized to perform: backup:DescribeRegionSettings")

    monkeypatch.setattr(aws, "call", refuse)

    assert looked(aws).verdict is CheckStatus.SKIP
