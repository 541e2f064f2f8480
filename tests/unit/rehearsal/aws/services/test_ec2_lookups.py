import pytest

from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.functions import invoke
from tests.unit.rehearsal.aws.services.life import Resource, make

VPC = "aws:ec2/getVpc:getVpc"
SUBNET = "aws:ec2/getSubnet:getSubnet"


def test_a_vpc_is_found_by_its_tags(api: Api) -> None:
    vpc = make(api, "aws:ec2/vpc:Vpc", cidrBlock="10.3.0.0/16", tags={"name": "found"})

    found = invoke(VPC, api, {"tags": {"name": "found"}})

    assert found["id"] == vpc.id
    assert found["cidrBlock"] == "10.3.0.0/16"
    assert found["tags"] == {"name": "found", "team": "platform"}
    assert found["mainRouteTableId"] == vpc["mainRouteTableId"]
    assert [each["cidrBlock"] for each in found["cidrBlockAssociations"]] == ["10.3.0.0/16"]


def test_what_is_not_there_or_there_twice_is_an_error(api: Api, vpc: Resource, subnet: Resource) -> None:
    make(api, "aws:ec2/subnet:Subnet", vpcId=vpc.id, cidrBlock="10.0.1.0/24")

    with pytest.raises(ApiError, match="no matching EC2 VPC found"):
        invoke(VPC, api, {"tags": {"name": "lost"}})
    with pytest.raises(ApiError, match="multiple EC2 Subnets matched"):
        invoke(SUBNET, api, {"vpcId": vpc.id})
    assert invoke(SUBNET, api, {"vpcId": vpc.id, "cidrBlock": "10.0.0.0/24"})["id"] == subnet.id


def test_all_subnets_and_a_group_by_name(api: Api, vpc: Resource, subnet: Resource, group: Resource) -> None:
    filters = [{"name": "vpc-id", "values": [vpc.id]}]

    assert invoke("aws:ec2/getSubnets:getSubnets", api, {"filters": filters})["ids"] == [subnet.id]
    named = {"vpcId": vpc.id, "name": group["name"]}
    found = invoke("aws:ec2/getSecurityGroup:getSecurityGroup", api, named)
    assert (found["id"], found["arn"]) == (group.id, group["arn"])
