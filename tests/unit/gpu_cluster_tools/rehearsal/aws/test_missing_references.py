"""Requests that name unknown resources are refused, even where moto accepts them."""

from collections.abc import Callable
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from tests.unit.gpu_cluster_tools.rehearsal.aws.network import Network

NOWHERE = "0123456789abcdef0"
KEY = f"arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-{NOWHERE[:12]}"
ROLE = "arn:aws:iam::123456789012:role/missing"

CALLS: dict[str, Callable[[Network], tuple[str, str, dict[str, Any]]]] = {
    "the NAT gateway of a route": lambda it: (
        "ec2",
        "CreateRoute",
        {
            "RouteTableId": it.routes,
            "DestinationCidrBlock": "0.0.0.0/0",
            "NatGatewayId": f"nat-{NOWHERE}",
        },
    ),
    "the VPC of a security group": lambda it: (
        "ec2",
        "CreateSecurityGroup",
        {"VpcId": f"vpc-{NOWHERE}", "GroupName": "lost", "Description": "lost"},
    ),
    "the security group of an endpoint": lambda it: (
        "ec2",
        "CreateVpcEndpoint",
        {
            "VpcId": it.vpc,
            "ServiceName": "com.amazonaws.eu-central-1.ecr.api",
            "VpcEndpointType": "Interface",
            "SubnetIds": [it.subnet],
            "SecurityGroupIds": [f"sg-{NOWHERE}"],
        },
    ),
    "the role of flow logs": lambda it: (
        "ec2",
        "CreateFlowLogs",
        {
            "ResourceIds": [it.vpc],
            "ResourceType": "VPC",
            "TrafficType": "ALL",
            "LogGroupName": "flows",
            "DeliverLogsPermissionArn": ROLE,
        },
    ),
    "the file system of an access point": lambda it: (
        "efs",
        "CreateAccessPoint",
        {"FileSystemId": f"fs-{NOWHERE}"},
    ),
    "the key of a topic": lambda it: (
        "sns",
        "CreateTopic",
        {"Name": "sealed", "Attributes": {"KmsMasterKeyId": KEY}},
    ),
    "the key of a queue": lambda it: (
        "sqs",
        "CreateQueue",
        {"QueueName": "sealed", "Attributes": {"KmsMasterKeyId": KEY}},
    ),
    "the key of a secret": lambda it: ("secretsmanager", "CreateSecret", {"Name": "sealed", "KmsKeyId": KEY}),
    "the key of a vault": lambda it: (
        "backup",
        "CreateBackupVault",
        {"BackupVaultName": "sealed", "EncryptionKeyArn": KEY},
    ),
    "the group of a schedule": lambda it: (
        "autoscaling",
        "PutScheduledUpdateGroupAction",
        {"AutoScalingGroupName": "lost", "ScheduledActionName": "night", "MinSize": 0},
    ),
    "the group of a tag": lambda it: (
        "autoscaling",
        "CreateOrUpdateTags",
        {
            "Tags": [
                {
                    "ResourceId": "lost",
                    "ResourceType": "auto-scaling-group",
                    "Key": "a",
                    "Value": "b",
                    "PropagateAtLaunch": True,
                }
            ]
        },
    ),
    "the role of an event rule": lambda it: (
        "events",
        "PutRule",
        {"Name": "daily", "ScheduleExpression": "rate(1 day)", "RoleArn": ROLE},
    ),
}


@pytest.mark.parametrize("named", CALLS)
def test_request_naming_an_unknown_resource_is_refused(deployer: Api, network: Network, named: str) -> None:
    service, operation, parameters = CALLS[named](network)

    with pytest.raises(ApiError, match=r"does not exist|not found"):
        deployer.call(service, operation, **parameters)


def test_key_scheduled_for_deletion_cannot_be_used(deployer: Api, network: Network) -> None:
    key = deployer.call("kms", "CreateKey")["KeyMetadata"]
    deployer.call("secretsmanager", "CreateSecret", Name="sealed-by-it", KmsKeyId=key["Arn"])
    deployer.call("kms", "ScheduleKeyDeletion", KeyId=key["KeyId"])

    with pytest.raises(ApiError, match="does not exist"):
        deployer.call("secretsmanager", "CreateSecret", Name="sealed-too-late", KmsKeyId=key["Arn"])


def test_request_naming_an_existing_resource_is_accepted(deployer: Api, network: Network) -> None:
    deployer.call("ec2", "CreateSecurityGroup", VpcId=network.vpc, GroupName="found", Description="found")
