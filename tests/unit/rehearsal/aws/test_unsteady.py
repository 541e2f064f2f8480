from typing import Any

import pytest

from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.faults import Faults
from rehearsal.aws.unsteady import UnsteadyApi

ROLE = "arn:aws:iam::123456789012:role/nodes"


@pytest.fixture(autouse=True)
def answered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The operations that reach the account."""
    reached: list[str] = []

    def call(_api: Api, _service: str, operation: str, **_arguments: Any) -> dict[str, Any]:
        reached.append(operation)
        return {}

    monkeypatch.setattr(Api, "call", call)
    return reached


def unsteady(fault: str, verb: str = "create") -> UnsteadyApi:
    api = Api("http://127.0.0.1:1", "eu-central-1")
    return UnsteadyApi.over(api, Faults.parsed([fault]), "urn:pulumi:dev::p::t::name", verb)


def test_a_throttled_call_is_tried_until_it_passes(answered: list[str]) -> None:
    unsteady("throttling=0.6").call("ec2", "CreateVpc")

    assert answered == ["CreateVpc"]


def test_too_much_throttling_fails_before_anything_is_done(answered: list[str]) -> None:
    with pytest.raises(ApiError, match=r"RequestLimitExceeded: .* attempts, 25"):
        unsteady("throttling=1").call("ec2", "CreateVpc")

    assert answered == []


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [("DescribeVpcs", {}), ("CreateCluster", {"roleArn": ROLE}), ("RunTask", {"roles": [{"arn": ROLE}]})],
)
def test_what_is_new_is_not_found_everywhere(operation: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ApiError) as caught:
        unsteady("eventual-consistency=1").call("eks", operation, **arguments)

    assert caught.value.is_gone


def test_what_is_not_new_is_found(answered: list[str]) -> None:
    unsteady("eventual-consistency=1", "read").call("ec2", "DescribeVpcs")
    unsteady("eventual-consistency=1").call("ec2", "CreateVpc")

    assert answered == ["DescribeVpcs", "CreateVpc"]


def test_it_stays_unsteady_in_another_region() -> None:
    with pytest.raises(ApiError, match="attempts, 25"):
        unsteady("throttling=1").in_region("us-east-1").call("iam", "CreateRole")
