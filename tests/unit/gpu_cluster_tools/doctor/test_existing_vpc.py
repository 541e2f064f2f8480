# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""An existing VPC in an emulated account (moto), with and without the guaranteed properties."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from gpu_cluster.config.network import ExistingNetwork
from gpu_cluster_tools.doctor.aws import Aws
from gpu_cluster_tools.doctor.check import Check, CheckStatus
from gpu_cluster_tools.doctor.existing_vpc import existing_vpc
from tests.pains.platforms import stack

EVERY = ("default-group-closed", "endpoints", "flow-logs", "private-subnets")
SERVICES = ("s3", "ecr.api", "ecr.dkr", "ec2", "sts")
ZONES = ("us-east-2a", "us-east-2b")


@dataclass
class Vpc:
    """A VPC with one subnet in each zone and no guaranteed property."""

    aws: Aws
    id: str = ""
    subnets: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        self.id = self.aws.call("ec2", "create_vpc", CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
        for number, zone in enumerate(ZONES):
            made = self.aws.call(
                "ec2",
                "create_subnet",
                VpcId=self.id,
                CidrBlock=f"10.8.{number}.0/24",
                AvailabilityZone=zone,
                TagSpecifications=[
                    {"ResourceType": "subnet", "Tags": [{"Key": "tier", "Value": "nodes"}]},
                ],
            )
            self.subnets[zone] = made["Subnet"]["SubnetId"]
        self.aws.call("ec2", "create_tags", Resources=[self.id], Tags=[{"Key": "Name", "Value": "shared"}])

    def log(self, traffic: str = "ALL") -> None:
        self.aws.call(
            "s3",
            "create_bucket",
            Bucket="flow",
            CreateBucketConfiguration={"LocationConstraint": "us-east-2"},
        )
        self.aws.call(
            "ec2",
            "create_flow_logs",
            ResourceIds=[self.id],
            ResourceType="VPC",
            TrafficType=traffic,
            LogDestinationType="s3",
            LogDestination="arn:aws:s3:::flow",
        )

    def close_default_group(self) -> None:
        filters = [{"Name": "vpc-id", "Values": [self.id]}, {"Name": "group-name", "Values": ["default"]}]
        [group] = self.aws.call("ec2", "describe_security_groups", Filters=filters)["SecurityGroups"]
        for direction, rules in (("egress", "IpPermissionsEgress"), ("ingress", "IpPermissions")):
            if group[rules]:
                self.aws.call(
                    "ec2",
                    f"revoke_security_group_{direction}",
                    GroupId=group["GroupId"],
                    IpPermissions=group[rules],
                )

    def add_endpoints(self, *services: str) -> None:
        for service in services:
            name = f"com.amazonaws.us-east-2.{service}"
            kind = "Gateway" if service == "s3" else "Interface"
            self.aws.call("ec2", "create_vpc_endpoint", VpcId=self.id, ServiceName=name, VpcEndpointType=kind)

    def open_to_internet(self, zone: str | None) -> None:
        """A default route to the internet in the route table of a subnet, or in the main one."""
        gateway = self.aws.call("ec2", "create_internet_gateway")["InternetGateway"]["InternetGatewayId"]
        self.aws.call("ec2", "attach_internet_gateway", InternetGatewayId=gateway, VpcId=self.id)
        if zone:
            table = self.aws.call("ec2", "create_route_table", VpcId=self.id)["RouteTable"]["RouteTableId"]
            self.aws.call("ec2", "associate_route_table", RouteTableId=table, SubnetId=self.subnets[zone])
        else:
            filters = [
                {"Name": "vpc-id", "Values": [self.id]},
                {"Name": "association.main", "Values": ["true"]},
            ]
            [main] = self.aws.call("ec2", "describe_route_tables", Filters=filters)["RouteTables"]
            table = main["RouteTableId"]
        self.aws.call(
            "ec2",
            "create_route",
            RouteTableId=table,
            DestinationCidrBlock="0.0.0.0/0",
            GatewayId=gateway,
        )

    def by_ids(self, *guarantees: str, **subnets: str) -> dict[str, Any]:
        private = self.subnets | {f"us-east-2{zone}": id for zone, id in subnets.items()}
        ids = {"vpc": self.id, "private": private}
        return {"cidrs": ["10.8.0.0/16"], "ids": ids, "guarantees": list(guarantees)}


@pytest.fixture
def vpc(aws: Aws) -> Vpc:
    return Vpc(aws)


def looked(existing: dict[str, Any], aws: Aws | None) -> dict[str, Check]:
    given = stack("prod", {})
    assert given.network
    network = given.network.model_copy(update={"existing": ExistingNetwork.model_validate(existing)})
    return {it.name: it for it in existing_vpc(given.model_copy(update={"network": network}), aws)}


def verdicts(checks: dict[str, Check]) -> dict[str, CheckStatus]:
    return {name: check.verdict for name, check in checks.items()}


def test_missing_property_without_guarantee_is_a_warning(vpc: Vpc) -> None:
    checks = looked(vpc.by_ids(), vpc.aws)

    assert verdicts(checks) == {
        "existing VPC": CheckStatus.OK,
        "private-subnets": CheckStatus.OK,
        "flow-logs": CheckStatus.WARN,
        "default-group-closed": CheckStatus.WARN,
        "endpoints": CheckStatus.WARN,
    }
    assert "add private-subnets to gpu-cluster:network.existing.guarantees" in checks["private-subnets"].found


def test_missing_guaranteed_property_fails(vpc: Vpc) -> None:
    vpc.open_to_internet(ZONES[1])

    checks = looked(vpc.by_ids(*EVERY), vpc.aws)

    assert {verdict for name, verdict in verdicts(checks).items() if name in EVERY} == {CheckStatus.FAIL}
    assert checks["private-subnets"].found == (
        f"guaranteed in the stack file, but {vpc.subnets[ZONES[1]]} can be reached from the internet"
    )
    assert checks["flow-logs"].advice == (
        "correct the VPC, or remove flow-logs from gpu-cluster:network.existing.guarantees"
    )


def test_subnet_without_route_table_uses_the_main_table(vpc: Vpc) -> None:
    vpc.open_to_internet(None)

    assert looked(vpc.by_ids(), vpc.aws)["private-subnets"].verdict is CheckStatus.WARN


def test_subnet_that_assigns_public_addresses_is_public(vpc: Vpc) -> None:
    vpc.aws.call(
        "ec2",
        "modify_subnet_attribute",
        SubnetId=vpc.subnets[ZONES[0]],
        MapPublicIpOnLaunch={"Value": True},
    )

    assert looked(vpc.by_ids(), vpc.aws)["private-subnets"].verdict is CheckStatus.WARN


def test_present_guaranteed_property_passes(vpc: Vpc) -> None:
    vpc.log("REJECT")
    vpc.close_default_group()
    vpc.add_endpoints(*SERVICES)

    checks = looked(vpc.by_ids(*EVERY), vpc.aws)

    assert set(verdicts(checks).values()) == {CheckStatus.OK}
    assert {checks[name].found for name in EVERY} == {"as guaranteed in the stack file"}


def test_missing_endpoints_are_named(vpc: Vpc) -> None:
    vpc.add_endpoints("s3", "ecr.dkr", "sts")

    found = looked(vpc.by_ids("endpoints"), vpc.aws)["endpoints"]

    assert found.verdict is CheckStatus.FAIL
    assert found.found == (
        f"guaranteed in the stack file, but {vpc.id} has no available endpoint for ecr.api, ec2"
    )


def test_flow_log_of_accepted_traffic_only_is_insufficient(vpc: Vpc) -> None:
    vpc.log("ACCEPT")

    assert looked(vpc.by_ids(), vpc.aws)["flow-logs"].verdict is CheckStatus.WARN


def test_vpc_is_found_by_its_tags(vpc: Vpc) -> None:
    tags = {"zones": [*ZONES], "vpc": {"Name": "shared"}, "private": {"tier": "nodes"}}

    checks = looked({"cidrs": ["10.8.0.0/16"], "tags": tags}, vpc.aws)

    assert checks["existing VPC"].found == f"{vpc.id} with 2 subnets of nodes and control plane"


@pytest.mark.parametrize(("key", "value"), [("vpc", {"Name": "other"}), ("private", {"tier": "other"})])
def test_tags_without_a_match_fail(vpc: Vpc, key: str, value: dict[str, str]) -> None:
    tags = {"zones": [*ZONES], "vpc": {"Name": "shared"}, "private": {"tier": "nodes"}, key: value}

    [check] = looked({"cidrs": ["10.8.0.0/16"], "tags": tags}, vpc.aws).values()

    assert check.verdict is CheckStatus.FAIL


def test_subnet_in_another_zone_fails(vpc: Vpc) -> None:
    [check] = looked(vpc.by_ids(b=vpc.subnets[ZONES[0]]), vpc.aws).values()

    assert (check.verdict, check.found) == (
        CheckStatus.FAIL,
        f"{vpc.id} has not exactly one subnet for private in us-east-2b",
    )


def test_unknown_vpc_is_reported_with_the_aws_error(vpc: Vpc) -> None:
    existing = vpc.by_ids()
    existing["ids"]["vpc"] = "vpc-0123456789abcdef0"

    [check] = looked(existing, vpc.aws).values()

    assert check.verdict is CheckStatus.FAIL
    assert "InvalidVpcID.NotFound" in check.found


def test_check_is_skipped_without_an_account(vpc: Vpc) -> None:
    [check] = looked(vpc.by_ids(), None).values()

    assert check.verdict is CheckStatus.SKIP


def test_vpc_created_by_the_stack_is_not_checked(aws: Aws) -> None:
    assert list(existing_vpc(stack("prod", {}), aws)) == []
