# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from typing import Any

import pytest
from botocore.stub import Stubber

from gpu_cluster.capacity import pools_of
from gpu_cluster_tools.doctor.aws import Aws, UnreachableError
from gpu_cluster_tools.doctor.check import Check, CheckStatus
from gpu_cluster_tools.doctor.offerings import image_name, offerings
from tests.pains.platforms import stack

BLOCK = {
    "InstanceType": "p5.48xlarge",
    "AvailabilityZone": "us-east-2a",
    "TotalInstanceCount": 2,
    "State": "active",
}
IMAGES = [
    "amazon-eks-node-al2023-x86_64-nvidia-1.35-v20260714",
    "amazon-eks-node-al2023-x86_64-standard-1.35-v20260714",
]
ZONES = ("us-east-2a", "us-east-2b", "us-east-2c")
TYPES = ("g6.4xlarge", "g6e.12xlarge", "m7i.2xlarge", "p5.48xlarge")


def offered(**without: str) -> list[dict[str, str]]:
    """Every instance type of prod in every zone, except a type in the zones with these letters."""
    return [
        {"InstanceType": kind, "Location": zone, "LocationType": "availability-zone"}
        for kind in TYPES
        for zone in ZONES
        if zone[-1] not in without.get(kind.partition(".")[0], "")
    ]


def looked(
    aws: Aws,
    *,
    types: list[dict[str, str]] | None = None,
    images: list[str] = IMAGES,
    block: dict[str, Any] = BLOCK,
    status: str = "STANDARD_SUPPORT",
) -> dict[str, list[Check]]:
    """Checks against scripted account responses; every request and response has the shape of AWS."""
    with Stubber(aws.client("ec2")) as ec2, Stubber(aws.client("eks")) as eks:
        ec2.add_response("describe_instance_type_offerings", {"InstanceTypeOfferings": types or offered()})
        eks.add_response(
            "describe_cluster_versions",
            {"clusterVersions": [{"clusterVersion": "1.35", "versionStatus": status}]},
            {"clusterVersions": ["1.35"]},
        )
        ec2.add_response("describe_images", {"Images": [{"Name": name} for name in images]})
        ec2.add_response(
            "describe_capacity_reservations",
            {"CapacityReservations": [block]},
            {"CapacityReservationIds": ["cr-0123456789abcdef0"]},
        )
        checks = list(offerings(stack("prod", {}), aws))
    found: dict[str, list[Check]] = {}
    for check in checks:
        found.setdefault(check.name, []).append(check)
    return found


def test_all_checks_pass_if_everything_is_offered(aws: Aws) -> None:
    found = looked(aws)

    assert {check.verdict for checks in found.values() for check in checks} == {CheckStatus.OK}
    assert [check.found for check in found["h100"]] == [
        "p5.48xlarge is offered in us-east-2a",
        "cr-0123456789abcdef0 is active: 2 x p5.48xlarge in us-east-2a",
    ]
    assert found["image"][0].found == f"{IMAGES[0]}, of l4, l40s, h100"


def test_type_missing_in_one_zone_is_a_warning_and_in_all_zones_a_failure(aws: Aws) -> None:
    found = looked(aws, types=offered(g6="b", g6e="abc"))

    assert found["l4"][0].verdict is CheckStatus.WARN
    assert found["l4"][0].found == (
        "g6.4xlarge is not offered in us-east-2b; it is offered in us-east-2a, us-east-2c"
    )
    assert found["l40s"][0].verdict is CheckStatus.FAIL


def test_release_without_an_image_fails(aws: Aws) -> None:
    images = looked(aws, images=IMAGES[1:])["image"]

    assert [check.verdict for check in images] == [CheckStatus.FAIL, CheckStatus.OK]
    assert images[0].found == f"{IMAGES[0]} does not exist; it is the image of l4, l40s, h100"


@pytest.mark.parametrize(
    ("block", "verdict", "words"),
    [
        ({"TotalInstanceCount": 1}, CheckStatus.FAIL, "count is 1 in the reservation and 2 in the stack"),
        (
            {"AvailabilityZone": "us-east-2b"},
            CheckStatus.FAIL,
            "zone is us-east-2b in the reservation and us-east-2a in the",
        ),
        (
            {"InstanceType": "p4d.24xlarge"},
            CheckStatus.FAIL,
            "instance type is p4d.24xlarge in the reservation",
        ),
        ({"State": "scheduled"}, CheckStatus.WARN, "is scheduled"),
    ],
)
def test_reservation_is_compared_with_the_stack_file(
    aws: Aws, block: dict[str, Any], verdict: CheckStatus, words: str
) -> None:
    found = looked(aws, block=BLOCK | block)["h100"][1]

    assert found.verdict is verdict
    assert words in found.found


def test_version_in_extended_support_is_a_warning(aws: Aws) -> None:
    found = looked(aws, status="EXTENDED_SUPPORT")["Kubernetes"][0]

    assert (found.verdict, found.found) == (CheckStatus.WARN, "1.35 is in extended support")


def test_offerings_without_an_account_come_from_the_catalog() -> None:
    checks = list(offerings(stack("prod", {}), None))

    assert [(check.name, check.verdict) for check in checks] == [
        (name, CheckStatus.OK) for name in ("system", "l4", "l40s", "h100")
    ]
    assert checks[0].found == "m7i.2xlarge is offered in 3 zones of us-east-2, according to the catalog"


def test_image_names_match_the_names_of_aws() -> None:
    bottlerocket = {"pools.l4.ami": {"family": "bottlerocket", "release": "1.63.0-0a1b2c3d"}}
    settings = stack("prod", bottlerocket)

    assert image_name(settings, "1.35", pools_of(settings)["l4"]) == (
        "bottlerocket-aws-k8s-1.35-nvidia-x86_64-v1.63.0-0a1b2c3d"
    )


def test_stack_outside_aws_has_no_offering_checks() -> None:
    assert list(offerings(stack("local", {}), None)) == []


def test_connection_error_is_raised(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any, **__: Any) -> Any:
        raise UnreachableError("no way")

    monkeypatch.setattr(aws, "all_of", gone)
    with pytest.raises(UnreachableError):
        list(offerings(stack("prod", {}), aws))
