"""Resources in use cannot be deleted, even where moto would delete them."""

import pytest

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from tests.unit.gpu_cluster_tools.rehearsal.aws.network import Network


def test_nat_gateway_blocks_deletion_of_its_dependencies(deployer: Api, network: Network) -> None:
    address = deployer.call("ec2", "AllocateAddress", Domain="vpc")["AllocationId"]
    gateway = deployer.call("ec2", "CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    attachment = {"VpcId": network.vpc, "InternetGatewayId": gateway}
    deployer.call("ec2", "AttachInternetGateway", **attachment)
    made = deployer.call("ec2", "CreateNatGateway", SubnetId=network.subnet, AllocationId=address)
    refused = {
        "ReleaseAddress": {"AllocationId": address},
        "DetachInternetGateway": attachment,
        "DeleteInternetGateway": {"InternetGatewayId": gateway},
        "DeleteSubnet": {"SubnetId": network.subnet},
    }

    for operation, parameters in refused.items():
        with pytest.raises(ApiError, match=r"InUse|DependencyViolation"):
            deployer.call("ec2", operation, **parameters)

    deployer.call("ec2", "DeleteNatGateway", NatGatewayId=made["NatGateway"]["NatGatewayId"])
    for operation, parameters in refused.items():
        deployer.call("ec2", operation, **parameters)


def test_security_group_named_in_another_group_is_not_deleted(deployer: Api, network: Network) -> None:
    named, naming = (
        deployer.call("ec2", "CreateSecurityGroup", VpcId=network.vpc, GroupName=name, Description=name)[
            "GroupId"
        ]
        for name in ("named", "naming")
    )
    rules = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": named}]}]
    deployer.call("ec2", "AuthorizeSecurityGroupIngress", GroupId=naming, IpPermissions=rules)

    with pytest.raises(ApiError, match=f"DependencyViolation: resource {named} has a dependent object"):
        deployer.call("ec2", "DeleteSecurityGroup", GroupId=named)

    deployer.call("ec2", "RevokeSecurityGroupIngress", GroupId=naming, IpPermissions=rules)
    deployer.call("ec2", "DeleteSecurityGroup", GroupId=named)


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ("10.0.128.0/17", "CidrConflict"),
        ("100.0.0.0/8", "InvalidVpc.Range"),
        ("100.64.0.0/29", "InvalidVpc.Range"),
    ],
)
def test_invalid_vpc_cidr_is_refused(deployer: Api, network: Network, block: str, code: str) -> None:
    with pytest.raises(ApiError, match=code):
        deployer.call("ec2", "AssociateVpcCidrBlock", VpcId=network.vpc, CidrBlock=block)


def test_cidr_block_with_subnets_is_not_disassociated(deployer: Api, network: Network) -> None:
    made = deployer.call("ec2", "AssociateVpcCidrBlock", VpcId=network.vpc, CidrBlock="100.64.0.0/16")
    id = made["CidrBlockAssociation"]["AssociationId"]
    subnet = deployer.call("ec2", "CreateSubnet", VpcId=network.vpc, CidrBlock="100.64.1.0/24")["Subnet"]

    with pytest.raises(ApiError, match="DependencyViolation: The CIDR block"):
        deployer.call("ec2", "DisassociateVpcCidrBlock", AssociationId=id)

    deployer.call("ec2", "DeleteSubnet", SubnetId=subnet["SubnetId"])
    deployer.call("ec2", "DisassociateVpcCidrBlock", AssociationId=id)
