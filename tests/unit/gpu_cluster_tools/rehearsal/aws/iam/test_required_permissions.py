"""Requests are mapped to actions and resources of the AWS service authorization reference."""

from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.handlers import OPERATIONS
from gpu_cluster_tools.rehearsal.aws.iam.documents import PolicyError
from gpu_cluster_tools.rehearsal.aws.iam.operation_actions import (
    ACTIONS,
    ALWAYS_ALLOWED,
    PASSED,
    TAGGING,
)
from gpu_cluster_tools.rehearsal.aws.iam.required_permissions import (
    OperationRequest,
    RequiredPermission,
    required_permissions,
)
from gpu_cluster_tools.rehearsal.aws.iam.resources import ResourceScope
from gpu_cluster_tools.rehearsal.aws.iam.service_reference import action_of, services
from gpu_cluster_tools.rehearsal.aws.request import MODELS

ACCOUNT = identity.account()
HERE = ResourceScope(ACCOUNT, "eu-north-1")
POINT = "arn:aws:ec2:eu-north-1::snapshot/snap-0123456789abcdef0"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/some/reader"
KEY = f"arn:aws:kms:eu-north-1:{ACCOUNT}:key/6f1b5b52-1c1f-4a8e-9d1b-0a1b2c3d4e5f"


def needs(service: str, operation: str, **given: Any) -> list[RequiredPermission]:
    return required_permissions(OperationRequest(service, operation, given, HERE))


def pairs(service: str, operation: str, **given: Any) -> list[tuple[str, str]]:
    return [
        (each.action, each.resource.removeprefix("arn:aws:")) for each in needs(service, operation, **given)
    ]


EC2, OWN = f"ec2:eu-north-1:{ACCOUNT}", f"eu-north-1:{ACCOUNT}"
EXAMPLES: list[tuple[str, str, dict[str, Any], list[tuple[str, str]]]] = [
    ("ec2", "CreateSubnet", {"VpcId": "vpc-1"},
     [("ec2:CreateSubnet", f"{EC2}:subnet/*"), ("ec2:CreateSubnet", f"{EC2}:vpc/vpc-1")]),
    ("ec2", "AttachInternetGateway", {"InternetGatewayId": "igw-1", "VpcId": "vpc-1"},
     [("ec2:AttachInternetGateway", f"{EC2}:internet-gateway/igw-1"),
      ("ec2:AttachInternetGateway", f"{EC2}:vpc/vpc-1")]),
    ("ec2", "AuthorizeSecurityGroupIngress", {"GroupId": "sg-1"},
     [("ec2:AuthorizeSecurityGroupIngress", f"{EC2}:security-group/sg-1")]),
    ("ec2", "CreateTags", {"Resources": ["subnet-1", "eipalloc-2"], "Tags": []},
     [("ec2:CreateTags", f"{EC2}:subnet/subnet-1"), ("ec2:CreateTags", f"{EC2}:elastic-ip/eipalloc-2")]),
    ("ec2", "ModifyVpcEndpoint", {"VpcEndpointId": "vpce-1", "AddRouteTableIds": ["rtb-1", "rtb-2"]},
     [("ec2:ModifyVpcEndpoint", f"{EC2}:vpc-endpoint/vpce-1"),
      ("ec2:ModifyVpcEndpoint", f"{EC2}:route-table/rtb-1"),
      ("ec2:ModifyVpcEndpoint", f"{EC2}:route-table/rtb-2")]),
    ("ec2", "AttachVolume", {"VolumeId": "vol-1", "InstanceId": "i-1"},
     [("ec2:AttachVolume", f"{EC2}:instance/i-1"), ("ec2:AttachVolume", f"{EC2}:volume/vol-1")]),
    ("ec2", "DescribeSubnets", {"SubnetIds": ["subnet-1"]}, [("ec2:DescribeSubnets", "*")]),
    ("eks", "CreateCluster", {"name": "c", "tags": {"a": "b"}},
     [("eks:CreateCluster", "*"), ("eks:TagResource", "*"),
      ("iam:CreateServiceLinkedRole",
       f"iam::{ACCOUNT}:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"),
      ("ec2:DescribeSubnets", "*"), ("ec2:DescribeVpcs", "*")]),
    ("eks", "DescribeNodegroup", {"clusterName": "c", "nodegroupName": "g"},
     [("eks:DescribeNodegroup", f"eks:{OWN}:nodegroup/c/g/*")]),
    ("eks", "DeleteAccessEntry", {"clusterName": "c", "principalArn": f"arn:aws:iam::{ACCOUNT}:role/team"},
     [("eks:DeleteAccessEntry", f"eks:{OWN}:access-entry/c/role/{ACCOUNT}/team/*")]),
    ("eks", "TagResource", {"resourceArn": f"arn:aws:eks:{OWN}:cluster/c"},
     [("eks:TagResource", f"eks:{OWN}:cluster/c")]),
    ("iam", "CreateRole", {"RoleName": "reader", "Path": "/some/"},
     [("iam:CreateRole", f"iam::{ACCOUNT}:role/some/reader")]),
    ("iam", "AttachRolePolicy", {"RoleName": "reader", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
     [("iam:AttachRolePolicy", f"iam::{ACCOUNT}:role/reader")]),
    ("iam", "DeletePolicy", {"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/rights"},
     [("iam:DeletePolicy", f"iam::{ACCOUNT}:policy/rights")]),
    ("iam", "AddRoleToInstanceProfile", {"InstanceProfileName": "p", "RoleName": "reader"},
     [("iam:AddRoleToInstanceProfile", f"iam::{ACCOUNT}:instance-profile/p"),
      ("iam:PassRole", f"iam::{ACCOUNT}:role/reader")]),
    ("kms", "CreateAlias", {"AliasName": "alias/a", "TargetKeyId": KEY},
     [("kms:CreateAlias", f"kms:{OWN}:alias/a"), ("kms:CreateAlias", KEY.removeprefix("arn:aws:"))]),
    ("s3", "PutBucketLifecycleConfiguration", {"Bucket": "b"}, [("s3:PutLifecycleConfiguration", "s3:::b")]),
    ("s3", "HeadBucket", {"Bucket": "b"}, [("s3:ListBucket", "s3:::b")]),
    ("s3", "PutObject", {"Bucket": "b", "Key": "a/c"}, [("s3:PutObject", "s3:::b/a/c")]),
    ("s3", "DeleteObjects", {"Bucket": "b", "Delete": {"Objects": [{"Key": "x"}, {"Key": "y"}]}},
     [("s3:DeleteObject", "s3:::b/x"), ("s3:DeleteObject", "s3:::b/y")]),
    ("s3", "DeleteObjects", {"Bucket": "b", "Delete": {"Objects": [{"Key": "x", "VersionId": "1"}]}},
     [("s3:DeleteObject", "s3:::b/x"), ("s3:DeleteObjectVersion", "s3:::b/x")]),
    ("backup", "DeleteRecoveryPoint", {"BackupVaultName": "v", "RecoveryPointArn": POINT},
     [("backup:DeleteRecoveryPoint", POINT.removeprefix("arn:aws:"))]),
    ("monitoring", "PutMetricAlarm", {"AlarmName": "a"},
     [("cloudwatch:PutMetricAlarm", f"cloudwatch:{OWN}:alarm:a")]),
    ("elasticfilesystem", "CreateAccessPoint", {"FileSystemId": "fs-1", "Tags": [{"Key": "a", "Value": "b"}]},
     [("elasticfilesystem:CreateAccessPoint", f"elasticfilesystem:{OWN}:file-system/fs-1"),
      ("elasticfilesystem:TagResource", f"elasticfilesystem:{OWN}:file-system/fs-1")]),
    ("elasticfilesystem", "ListTagsForResource", {"ResourceId": "fsap-1"},
     [("elasticfilesystem:ListTagsForResource", f"elasticfilesystem:{OWN}:access-point/fsap-1")]),
    ("logs", "PutRetentionPolicy", {"logGroupName": "/aws/eks/c"},
     [("logs:PutRetentionPolicy", f"logs:{OWN}:log-group:/aws/eks/c")]),
    ("budgets", "CreateBudget", {"Budget": {"BudgetName": "b"}},
     [("budgets:ModifyBudget", f"budgets::{ACCOUNT}:budget/b")]),
    ("events", "PutTargets", {"Rule": "r", "Targets": [{"Id": "q", "RoleArn": ROLE}]},
     [("events:PutTargets", f"events:{OWN}:rule/r"), ("iam:PassRole", ROLE.removeprefix("arn:aws:"))]),
    ("events", "PutRule", {"Name": "r", "EventBusName": "default", "Tags": [{"Key": "a", "Value": "b"}]},
     [("events:PutRule", f"events:{OWN}:rule/r"), ("events:TagResource", f"events:{OWN}:rule/r")]),
    ("events", "PutRule", {"Name": "r", "EventBusName": "own"},
     [("events:PutRule", f"events:{OWN}:rule/own/r")]),
    ("budgets", "CreateBudget", {"Budget": {"BudgetName": "b"}, "ResourceTags": [{"Key": "a", "Value": "b"}]},
     [("budgets:ModifyBudget", f"budgets::{ACCOUNT}:budget/b"),
      ("budgets:TagResource", f"budgets::{ACCOUNT}:budget/b")]),
    ("eks", "CreateAddon", {"clusterName": "c", "addonName": "a"},
     [("eks:CreateAddon", f"eks:{OWN}:cluster/c")]),
    ("kms", "DescribeKey", {"KeyId": "alias/aws/ebs"}, [("kms:DescribeKey", f"kms:{OWN}:key/*")]),
    ("backup", "CreateBackupSelection", {"BackupPlanId": "p", "BackupSelection": {"IamRoleArn": ROLE}},
     [("backup:CreateBackupSelection", f"backup:{OWN}:backup-plan:p"),
      ("iam:PassRole", ROLE.removeprefix("arn:aws:")),
      ("iam:CreateServiceLinkedRole",
       f"iam::{ACCOUNT}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"),
      ("iam:GetRole", ROLE.removeprefix("arn:aws:"))]),
    ("autoscaling", "CreateOrUpdateTags", {"Tags": [{"ResourceId": "g", "Key": "a", "Value": "b"}]},
     [("autoscaling:CreateOrUpdateTags", f"autoscaling:{OWN}:autoScalingGroup:*:autoScalingGroupName/g")]),
    ("sqs", "SetQueueAttributes", {"QueueUrl": f"https://sqs.eu-north-1.amazonaws.com/{ACCOUNT}/q"},
     [("sqs:SetQueueAttributes", f"sqs:{OWN}:q")]),
    ("sns", "Subscribe", {"TopicArn": f"arn:aws:sns:{OWN}:t"}, [("sns:Subscribe", f"sns:{OWN}:t")]),
    ("ecr", "CreateRepository", {"repositoryName": "team/app", "tags": [{"Key": "a", "Value": "b"}]},
     [("ecr:CreateRepository", f"ecr:{OWN}:repository/team/app"),
      ("ecr:TagResource", f"ecr:{OWN}:repository/team/app")]),
    ("ssm", "GetParameter", {"Name": "/aws/service/eks/optimized-ami/1.34/x"},
     [("ssm:GetParameter", "ssm:eu-north-1::parameter/aws/service/eks/optimized-ami/1.34/x")]),
    ("sts", "GetCallerIdentity", {}, []),
    ("sts", "AssumeRole", {"RoleArn": ROLE}, [("sts:AssumeRole", ROLE.removeprefix("arn:aws:"))]),
    ("fsx", "DeleteFileSystem", {"FileSystemId": "fs-1"},
     [("fsx:DeleteFileSystem", f"fsx:{OWN}:file-system/fs-1")]),
    ("secretsmanager", "DescribeSecret", {"SecretId": f"arn:aws:secretsmanager:{OWN}:secret:a-x7Kd2p"},
     [("secretsmanager:DescribeSecret", f"secretsmanager:{OWN}:secret:a-x7Kd2p")]),
]  # fmt: skip


@pytest.fixture(autouse=True)
def no_linked_roles(api: Any) -> None:
    """An account in which no service has created a role yet."""
    for role in api.call("iam", "ListRoles", PathPrefix="/aws-service-role/")["Roles"]:
        api.call("iam", "DeleteRole", RoleName=role["RoleName"])


@pytest.mark.parametrize(("service", "operation", "given", "wanted"), EXAMPLES, ids=lambda it: str(it)[:30])
def test_request_requires_actions_on_resources(
    service: str, operation: str, given: dict[str, Any], wanted: list[tuple[str, str]]
) -> None:
    assert pairs(service, operation, **given) == wanted


def test_run_instances_requires_permission_for_each_resource() -> None:
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "a", "Value": "b"}]}]
    given = {
        "ImageId": "ami-1",
        "SubnetId": "subnet-1",
        "SecurityGroupIds": ["sg-1"],
        "TagSpecifications": tags,
    }
    found = needs("ec2", "RunInstances", **given)
    assert [(each.action, each.resource) for each in found] == [
        ("ec2:RunInstances", f"arn:aws:{EC2}:instance/*"),
        ("ec2:RunInstances", f"arn:aws:{EC2}:network-interface/*"),
        ("ec2:RunInstances", f"arn:aws:{EC2}:volume/*"),
        ("ec2:RunInstances", "arn:aws:ec2:eu-north-1::image/ami-1"),
        ("ec2:RunInstances", f"arn:aws:{EC2}:subnet/subnet-1"),
        ("ec2:RunInstances", f"arn:aws:{EC2}:security-group/sg-1"),
        ("ec2:CreateTags", f"arn:aws:{EC2}:instance/*"),
    ]
    assert [each.context.get("aws:requesttag/a") for each in found] == [("b",), *[None] * 5, ("b",)]
    assert found[-1].context["ec2:createaction"] == ("RunInstances",)


def test_operation_without_an_action_is_an_error() -> None:
    with pytest.raises(PolicyError, match="ec2:CreateMoon has no action in rehearsal/aws/iam"):
        needs("ec2", "CreateMoon")


def test_every_emulated_operation_has_an_action() -> None:
    signed = {model: name for name, models in MODELS.items() for model in models}
    for service, operations in OPERATIONS.items():
        for operation in operations:
            needs(signed.get(service, service), operation)


def test_tables_name_only_actions_of_the_reference() -> None:
    named = [action for actions in ACTIONS.values() for action in actions]
    named += [*PASSED, *(f"{prefix}:{action}" for prefix, action in TAGGING.items())]
    renamed = {name for name in PASSED if name in ACTIONS}
    assert [name for name in named if name not in renamed and action_of(name) is None] == []
    assert not ALWAYS_ALLOWED & ACTIONS.keys()
    assert not [name for name in ACTIONS if action_of(name) is not None]


def test_every_resource_type_of_an_action_has_an_arn() -> None:
    for prefix, service in services().items():
        for name, action in service.actions.items():
            assert action.resources.keys() <= service.arns.keys(), f"{prefix}:{name}"
