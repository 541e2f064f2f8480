# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

from typing import Any

import pytest
from botocore.stub import Stubber

from gpu_cluster_tools.doctor.aws import Aws, AwsCallError
from gpu_cluster_tools.doctor.check import Check, CheckStatus
from gpu_cluster_tools.doctor.zones import zones
from tests.pains.platforms import stack

REGION = "us-east-2"
NAMES = [f"{REGION}{letter}" for letter in "abc"]


def looked(aws: Aws, *, ids: tuple[str, str] = ("use2-az1", "use2-az2"), **lacking: str) -> dict[str, Check]:
    """Checks of prod against scripted responses; every request and response has the shape of AWS."""
    network = stack("prod", {}).network
    assert network
    services = [f"com.amazonaws.{REGION}.{it}" for it in sorted(network.endpoints)]
    offered = [
        {
            "ServiceName": name,
            "AvailabilityZones": [zone for zone in NAMES if lacking.get(name.rpartition(".")[2]) != zone],
        }
        for name in services
    ]
    with Stubber(aws.client("ec2")) as ec2:
        described = [{"ZoneName": name, "ZoneId": id} for name, id in zip(NAMES, ids, strict=False)]
        ec2.add_response(
            "describe_availability_zones", {"AvailabilityZones": described}, {"ZoneNames": NAMES[:2]}
        )
        ec2.add_response(
            "describe_vpc_endpoint_services", {"ServiceDetails": offered}, {"ServiceNames": services}
        )
        return {check.name: check for check in zones(stack("prod", {}), aws)}


def test_zones_with_all_services_pass(aws: Aws) -> None:
    found = looked(aws)

    assert {check.verdict for check in found.values()} == {CheckStatus.OK}
    assert found.keys() == {"control plane", "endpoints"}


def test_zone_without_eks_control_planes_fails_with_its_id(aws: Aws) -> None:
    found = looked(aws, ids=("use2-az1", "use1-az3"))["control plane"]

    assert (found.verdict, found.found) == (
        CheckStatus.FAIL,
        "EKS runs no control plane in us-east-2b (use1-az3)",
    )
    assert "network.zones" in found.advice


def test_service_without_an_endpoint_in_a_zone_fails(aws: Aws) -> None:
    found = looked(aws, fsx="us-east-2c")["endpoints"]

    assert (found.verdict, found.found) == (
        CheckStatus.FAIL,
        "AWS has no interface endpoint of fsx in us-east-2c",
    )


def test_zones_are_skipped_without_an_account() -> None:
    [found] = zones(stack("prod", {}), None)

    assert found.verdict is CheckStatus.SKIP


def test_refused_zone_lookup_is_skipped(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> dict[str, Any]:
        raise AwsCallError("not authorized to perform: ec2:DescribeAvailabilityZones")

    monkeypatch.setattr(aws, "call", refuse)
    [found] = zones(stack("prod", {}), aws)

    assert found.verdict is CheckStatus.SKIP
