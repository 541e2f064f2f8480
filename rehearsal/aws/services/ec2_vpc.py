"""VPCs and their subnets."""

from typing import Any

from rehearsal.aws.api import Api
from rehearsal.aws.kind import Answer, Inputs, Kind, Set, State
from rehearsal.aws.services.ec2 import VPC, arn, call, find, living, one, refuse_while, retag

_VPC_SWITCHES = {
    "enableDnsSupport": ("EnableDnsSupport", "enableDnsSupport"),
    "enableDnsHostnames": ("EnableDnsHostnames", "enableDnsHostnames"),
    "enableNetworkAddressUsageMetrics": (
        "EnableNetworkAddressUsageMetrics",
        "enableNetworkAddressUsageMetrics",
    ),
}
_VPC_STANDARD = {"enableDnsSupport": True}  # the others are off
_SUBNET_SWITCHES = {
    "assignIpv6AddressOnCreation": "AssignIpv6AddressOnCreation",
    "enableDns64": "EnableDns64",
    "enableResourceNameDnsARecordOnLaunch": "EnableResourceNameDnsARecordOnLaunch",
    "enableResourceNameDnsAaaaRecordOnLaunch": "EnableResourceNameDnsAAAARecordOnLaunch",
    "mapPublicIpOnLaunch": "MapPublicIpOnLaunch",
}


def _vpc_switch(name: str, parameter: str) -> Set:
    def settle(api: Api, id: str, inputs: Inputs) -> None:
        value = inputs.get(name, _VPC_STANDARD.get(name, False))
        call(api, "ModifyVpcAttribute", VpcId=id, **{parameter: {"Value": value}})

    return settle


def _read_vpc(api: Api, id: str, _state: State) -> Answer | None:
    vpc = one(api, "DescribeVpcs", "VpcIds", id)
    if vpc is None:
        return None
    switches = {
        name: call(api, "DescribeVpcAttribute", VpcId=id, Attribute=attribute)[parameter]["Value"]
        for name, (parameter, attribute) in _VPC_SWITCHES.items()
    }
    table = find(api, "DescribeRouteTables", vpc_id=id, **{"association.main": "true"})[0]["RouteTableId"]
    ipv6: list[Answer] = vpc.get("Ipv6CidrBlockAssociationSet", [])
    return (
        vpc
        | switches
        | {
            "arn": arn(api, vpc["OwnerId"], f"vpc/{id}"),
            "mainRouteTableId": table,
            "defaultRouteTableId": table,
            "defaultNetworkAclId": find(api, "DescribeNetworkAcls", vpc_id=id, default="true")[0][
                "NetworkAclId"
            ],
            "defaultSecurityGroupId": find(api, "DescribeSecurityGroups", vpc_id=id, group_name="default")[0][
                "GroupId"
            ],
            "assignGeneratedIpv6CidrBlock": bool(ipv6),
        }
        | (
            {"ipv6CidrBlock": ipv6[0]["Ipv6CidrBlock"], "ipv6AssociationId": ipv6[0]["AssociationId"]}
            if ipv6
            else {}
        )
    )


def _delete_vpc(api: Api, id: str, _state: State) -> None:
    groups = [
        each for each in find(api, "DescribeSecurityGroups", vpc_id=id) if each["GroupName"] != "default"
    ]
    gateways = find(api, "DescribeInternetGateways", **{"attachment.vpc-id": id})
    refuse_while(groups + gateways + living(api, "DescribeVpcEndpoints", vpc_id=id), f"The vpc '{id}'")
    call(api, "DeleteVpc", VpcId=id)


def _subnet_switch(name: str, parameter: str) -> Set:
    def settle(api: Api, id: str, inputs: Inputs) -> None:
        call(api, "ModifySubnetAttribute", SubnetId=id, **{parameter: {"Value": inputs.get(name, False)}})

    return settle


def _read_subnet(api: Api, id: str, _state: State) -> Answer | None:
    subnet = one(api, "DescribeSubnets", "SubnetIds", id)
    if subnet is None:
        return None
    launch = subnet.get("PrivateDnsNameOptionsOnLaunch", {})
    ipv6: list[Answer] = subnet.get("Ipv6CidrBlockAssociationSet", [])
    block: dict[str, Any] = (
        {"ipv6CidrBlock": ipv6[0]["Ipv6CidrBlock"], "ipv6CidrBlockAssociationId": ipv6[0]["AssociationId"]}
        if ipv6
        else {}
    )
    return (
        subnet
        | block
        | {
            "arn": subnet["SubnetArn"],
            "privateDnsHostnameTypeOnLaunch": launch.get("HostnameType"),
        }
    )


def _delete_subnet(api: Api, id: str, _state: State) -> None:
    gateways = living(api, "DescribeNatGateways", subnet_id=id)
    endpoints = [each for each in living(api, "DescribeVpcEndpoints") if id in each.get("SubnetIds", [])]
    interfaces = find(api, "DescribeNetworkInterfaces", subnet_id=id)
    refuse_while(gateways + endpoints + interfaces, f"The subnet '{id}'")
    call(api, "DeleteSubnet", SubnetId=id)


VPC_KIND = Kind(
    type="aws:ec2/vpc:Vpc",
    service="ec2",
    create="CreateVpc",
    identify=lambda _inputs, answer: answer["Vpc"]["VpcId"],
    read=_read_vpc,
    delete=_delete_vpc,
    renames={"assignGeneratedIpv6CidrBlock": "AmazonProvidedIpv6CidrBlock"},
    setters={name: _vpc_switch(name, parameter) for name, (parameter, _) in _VPC_SWITCHES.items()},
    tag_type="vpc",
    retag=retag,
)
SUBNET_KIND = Kind(
    type="aws:ec2/subnet:Subnet",
    service="ec2",
    create="CreateSubnet",
    identify=lambda _inputs, answer: answer["Subnet"]["SubnetId"],
    read=_read_subnet,
    delete=_delete_subnet,
    setters={name: _subnet_switch(name, parameter) for name, parameter in _SUBNET_SWITCHES.items()},
    tag_type="subnet",
    retag=retag,
    references={"vpcId": VPC},
)
KINDS = (VPC_KIND, SUBNET_KIND)
