from typing import Any

import pytest

from gpu_cluster_tools.doctor.aws import Aws, AwsCallError
from gpu_cluster_tools.doctor.check import Check, CheckStatus
from gpu_cluster_tools.doctor.service_roles import service_roles
from tests.pains.platforms import stack

SPOT = "AWSServiceRoleForEC2Spot"
OTHERS = "service-linked roles"
COMMAND = "aws iam create-service-linked-role --aws-service-name spot.amazonaws.com"


def looked(aws: Aws | None, **edits: Any) -> dict[str, Check]:
    return {check.name: check for check in service_roles(stack("prod", edits), aws)}


def on_spot(aws: Aws | None) -> dict[str, Check]:
    return looked(aws, **{"pools.system.capacity": "spot"})


def test_spot_without_its_service_role_fails_with_the_command(aws: Aws) -> None:
    check = on_spot(aws)[SPOT]
    assert (check.verdict, check.advice) == (CheckStatus.FAIL, COMMAND)
    assert check.found == "is missing, so spot instances of system cannot start"


def test_spot_with_its_service_role_passes(aws: Aws) -> None:
    aws.call("iam", "create_role", RoleName=SPOT, AssumeRolePolicyDocument="{}")
    assert on_spot(aws)[SPOT].verdict is CheckStatus.OK


def test_stack_without_spot_needs_no_spot_role(aws: Aws) -> None:
    assert looked(aws).keys() == {OTHERS}


def test_roles_that_aws_creates_are_a_warning_until_they_exist(aws: Aws) -> None:
    check = looked(aws)[OTHERS]
    assert check.verdict is CheckStatus.WARN
    assert "AWSServiceRoleForAmazonEKSNodegroup" in check.found
    for role in ("AmazonEKS", "AmazonEKSNodegroup", "AutoScaling"):
        aws.call("iam", "create_role", RoleName=f"AWSServiceRoleFor{role}", AssumeRolePolicyDocument="{}")
    assert looked(aws)[OTHERS].verdict is CheckStatus.OK


def test_only_the_spot_role_is_skipped_without_an_account() -> None:
    assert {name: check.verdict for name, check in on_spot(None).items()} == {SPOT: CheckStatus.SKIP}
    assert looked(None) == {}


def test_refused_role_lookup_is_skipped(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: str, **__: Any) -> dict[str, Any]:
        raise AwsCallError("An error occurred (AccessDenied) when calling the GetRole operation: no")

    monkeypatch.setattr(aws, "call", refuse)
    assert {check.verdict for check in on_spot(aws).values()} == {CheckStatus.SKIP}
