# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from typing import Any

import pytest
from moto.servicequotas.exceptions import NoSuchResource
from moto.servicequotas.models import ServiceQuotasBackend

from gpu_cluster.aws.tags import STACK_TAG
from gpu_cluster.catalog import QUOTAS
from gpu_cluster_tools.doctor.aws import Aws
from gpu_cluster_tools.doctor.check import Check, CheckStatus
from gpu_cluster_tools.doctor.quotas import quotas
from tests.pains.platforms import stack

GPUS = QUOTAS["on-demand-g"]
ADDRESSES = QUOTAS["elastic-ips"]


def looked(aws: Aws | None) -> dict[str, Check]:
    return {check.name: check for check in quotas(stack("prod", {}), "prod", aws)}


@pytest.fixture
def values(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Quotas of the account by code, each with the default of AWS unless set."""
    given: dict[str, int] = {quota.code: quota.default for quota in QUOTAS.values()}

    def get(_: Any, service_code: str, quota_code: str) -> dict[str, Any]:
        if quota_code not in given:
            raise NoSuchResource
        return {"ServiceCode": service_code, "QuotaCode": quota_code, "Value": float(given[quota_code])}

    monkeypatch.setattr(ServiceQuotasBackend, "get_service_quota", get)
    return given


def test_default_quotas_are_used_without_an_account() -> None:
    found = looked(None)

    assert found[GPUS.name].verdict is CheckStatus.WARN
    assert found[GPUS.name].found == (
        "requires 448 vCPUs, 832 while nodes are replaced (l4: 16 x g6.4xlarge, l40s: 4 x g6e.12xlarge);"
        " the default of an account is 0"
    )
    assert found[GPUS.name].advice.endswith("--service-code ec2 --quota-code L-DB2E81BA --desired-value 832")
    assert found[ADDRESSES.name].verdict is CheckStatus.OK


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(0, CheckStatus.FAIL), (383, CheckStatus.FAIL), (448, CheckStatus.WARN), (832, CheckStatus.OK)],
)
def test_quota_of_the_account_is_compared_with_the_requirement(
    aws: Aws, values: dict[str, int], value: int, verdict: CheckStatus
) -> None:
    values[GPUS.code] = value

    assert looked(aws)[GPUS.name].verdict is verdict


def test_quota_used_by_others_is_not_available_to_the_stack(aws: Aws, values: dict[str, int]) -> None:
    ec2 = aws.client("ec2")
    tags = [{"Key": STACK_TAG, "Value": "prod"}]
    own = [{"ResourceType": "elastic-ip", "Tags": tags}]
    for _ in range(3):
        ec2.allocate_address(Domain="vpc", TagSpecifications=own)
    assert looked(aws)[ADDRESSES.name].verdict is CheckStatus.OK
    for _ in range(3):
        ec2.allocate_address(Domain="vpc")
    found = looked(aws)[ADDRESSES.name]
    assert (found.verdict, found.found) == (
        CheckStatus.FAIL,
        "requires 3 (NAT gateways: 3); the account has 5, of which 3 are in use",
    )


def test_unreadable_quota_is_skipped(aws: Aws, values: dict[str, int]) -> None:
    del values[GPUS.code]

    found = looked(aws)[GPUS.name]

    assert found.verdict is CheckStatus.SKIP
    assert "requires 448 vCPUs" in found.found


def test_instance_type_without_a_published_quota_is_skipped() -> None:
    spot: dict[str, Any] = {
        "pools.l4.instance": "p6-b200.48xlarge",
        "pools.l4.capacity": "spot",
        "serving": {"models": {}},
    }

    [found] = [it for it in quotas(stack("prod", spot), "prod", None) if it.name == "l4"]

    assert found.verdict is CheckStatus.SKIP
