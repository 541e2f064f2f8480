"""The existing VPC of a rehearsed stack, which must be unchanged after the rehearsal."""

from ipaddress import ip_network

import pytest

from gpu_cluster.config.network import ExistingNetwork
from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.aws.handlers import OPERATIONS
from gpu_cluster_tools.rehearsal.aws.moto_application import moto_application
from gpu_cluster_tools.rehearsal.aws.router import Router
from gpu_cluster_tools.rehearsal.errors import RehearsalError
from gpu_cluster_tools.rehearsal.prerequisites.existing_vpc import lost_of, make_vpc

ZONES = ("eu-central-1a", "eu-central-1b")


@pytest.fixture(scope="module")
def api() -> Api:
    return Router(moto_application(), OPERATIONS).api("eu-central-1")


def by_ids(**subnets: dict[str, str]) -> ExistingNetwork:
    ids = {"vpc": "vpc-0123456789abcdef0", "private": _ids(0), **subnets}
    return ExistingNetwork.model_validate({"cidrs": ["10.8.0.0/16", "100.64.0.0/16"], "ids": ids})


def _ids(first: int, zones: tuple[str, ...] = ZONES) -> dict[str, str]:
    return {zone: f"subnet-{first + number:017x}" for number, zone in enumerate(zones)}


def test_ids_in_the_stack_file_are_replaced_by_created_ones(api: Api) -> None:
    made = make_vpc(api, by_ids(public=_ids(2), pods=_ids(4)))

    assert made.ids["vpc"] == made.vpc != "vpc-0123456789abcdef0"
    assert {kind: tuple(zones) for kind, zones in made.subnets.items()} == {
        "private": ZONES,
        "public": ZONES,
        "pods": ZONES,
    }
    subnets = api.call("ec2", "DescribeSubnets", SubnetIds=[*made.subnets["pods"].values()])["Subnets"]
    assert all(ip_network(it["CidrBlock"]).subnet_of(ip_network("100.64.0.0/16")) for it in subnets)  # pyright: ignore[reportArgumentType]


def test_private_subnets_use_nat_if_a_public_subnet_exists(api: Api) -> None:
    made = make_vpc(api, by_ids(public=_ids(2), intra=_ids(4)))

    tables = api.call("ec2", "DescribeRouteTables", RouteTableIds=list(made.routes))["RouteTables"]
    ways = {
        association["SubnetId"]: {
            key for route in table["Routes"] for key in route if key.endswith("GatewayId")
        }
        for table in tables
        for association in table["Associations"]
    }
    assert "NatGatewayId" in ways[made.subnets["private"][ZONES[0]]]
    assert "NatGatewayId" not in ways[made.subnets["intra"][ZONES[0]]]


def test_subnets_found_by_tags_have_the_tags_of_their_kind(api: Api) -> None:
    tags = {"zones": [*ZONES], "vpc": {"Name": "shared"}, "private": {"tier": "nodes"}}
    settings = ExistingNetwork.model_validate({"cidrs": ["10.9.0.0/16"], "tags": tags})

    made = make_vpc(api, settings)

    assert made.ids == {}
    wanted = [{"Name": "tag:tier", "Values": ["nodes"]}, {"Name": "vpc-id", "Values": [made.vpc]}]
    found = api.call("ec2", "DescribeSubnets", Filters=wanted)["Subnets"]
    assert {it["AvailabilityZone"] for it in found} == set(ZONES)


def test_deleted_subnet_is_reported(api: Api) -> None:
    made = make_vpc(api, by_ids())
    assert lost_of(api, made) == []

    gone = made.subnets["private"][ZONES[1]]
    [association] = [
        it["RouteTableAssociationId"]
        for table in api.call("ec2", "DescribeRouteTables", RouteTableIds=list(made.routes))["RouteTables"]
        for it in table["Associations"]
        if it.get("SubnetId") == gone
    ]
    api.call("ec2", "DisassociateRouteTable", AssociationId=association)
    api.call("ec2", "DeleteSubnet", SubnetId=gone)

    assert lost_of(api, made) == [f"existing subnet {gone} was deleted"]


def test_unsupported_zone_or_range_is_an_error(api: Api) -> None:
    with pytest.raises(RehearsalError, match="has no zone eu-central-1-ham-1a"):
        make_vpc(api, by_ids(pods=_ids(8, ("eu-central-1-ham-1a",))))
    small = by_ids().model_copy(update={"cidrs": ["10.8.0.0/27"]})
    with pytest.raises(RehearsalError, match=r"from /16 to /24, got 10\.8\.0\.0/27"):
        make_vpc(api, small)
