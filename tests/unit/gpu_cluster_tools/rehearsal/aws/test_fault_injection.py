"""Injected errors for valid calls."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.fault_injection import FaultInjection
from gpu_cluster_tools.rehearsal.aws.faults import Fault, Faults
from gpu_cluster_tools.rehearsal.aws.in_process_client import in_process_sender
from gpu_cluster_tools.rehearsal.aws.router import Router

KEY = identity.access_key("arn:aws:iam::123456789012:role/deployer")


@pytest.fixture
def faulty(account: Router) -> Api:
    return Api(
        "http://127.0.0.1", "eu-central-1", access_key=KEY, send=in_process_sender(FaultInjection(account))
    )


@pytest.fixture
def inject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Fault], None]:
    monkeypatch.chdir(tmp_path)
    return lambda fault: Faults({fault: 1.0}).write(tmp_path)


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [("ec2", "DescribeVpcs", "RequestLimitExceeded"), ("eks", "ListClusters", "ThrottlingException")],
)
def test_throttling_refuses_every_call(
    faulty: Api, inject: Callable[[Fault], None], service: str, operation: str, code: str
) -> None:
    faulty.call(service, operation)
    inject(Fault.THROTTLING)

    with pytest.raises(ApiError, match=f"{code}: Rate exceeded"):
        faulty.call(service, operation)


def test_new_resource_is_not_found_at_first(faulty: Api, inject: Callable[[Fault], None]) -> None:
    before = faulty.call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    inject(Fault.EVENTUAL_CONSISTENCY)
    fresh = faulty.call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]

    faulty.call("ec2", "DescribeVpcs", VpcIds=[before])
    with pytest.raises(ApiError, match=f"InvalidVpcID.NotFound: The ID '{fresh}' does not exist"):
        faulty.call("ec2", "DescribeVpcs", VpcIds=[fresh])


def test_first_read_of_a_new_resource_times_out(faulty: Api, inject: Callable[[Fault], None]) -> None:
    inject(Fault.TIMEOUT_AFTER_SUCCESS)
    made = faulty.call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]

    with pytest.raises(ApiError, match=f"WaitTimedOut: timeout while waiting for {made}"):
        faulty.call("ec2", "DescribeVpcs", VpcIds=[made])
    faulty.call("ec2", "DescribeVpcs", VpcIds=[made])
