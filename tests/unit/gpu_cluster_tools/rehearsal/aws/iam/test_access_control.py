"""Denied calls have the error of AWS, in every protocol."""

import json
import os
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.iam.access_control import AccessControl
from gpu_cluster_tools.rehearsal.aws.iam.call_log import CallLog
from gpu_cluster_tools.rehearsal.aws.in_process_client import in_process_sender
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import Prerequisites, fresh
from tests.unit.gpu_cluster_tools.rehearsal.aws.iam.conftest import REGION, As, allow

ACCOUNT = identity.account()
CALLS: list[tuple[str, str, dict[str, Any], str, str, str]] = [
    ("ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/16"}, "UnauthorizedOperation", "ec2:CreateVpc", "vpc/*"),
    ("ec2", "DescribeVpcs", {}, "UnauthorizedOperation", "ec2:DescribeVpcs", "*"),
    (
        "s3",
        "PutBucketVersioning",
        {"Bucket": "b12", "VersioningConfiguration": {}},
        "AccessDenied",
        "s3:PutBucketVersioning",
        "arn:aws:s3:::b12",
    ),
    ("s3", "ListObjectsV2", {"Bucket": "b12"}, "AccessDenied", "s3:ListBucket", "arn:aws:s3:::b12"),
    (
        "s3",
        "GetObject",
        {"Bucket": "b12", "Key": "a/b"},
        "AccessDenied",
        "s3:GetObject",
        "arn:aws:s3:::b12/a/b",
    ),
    ("iam", "GetRole", {"RoleName": "r"}, "AccessDenied", "iam:GetRole", "role/r"),
    ("autoscaling", "DescribeTags", {}, "AccessDenied", "autoscaling:DescribeTags", "*"),
    ("sns", "CreateTopic", {"Name": "t"}, "AuthorizationError", "sns:CreateTopic", f":{ACCOUNT}:t"),
    ("sqs", "CreateQueue", {"QueueName": "q"}, "AccessDeniedException", "sqs:CreateQueue", f":{ACCOUNT}:q"),
    ("kms", "CreateKey", {}, "AccessDeniedException", "kms:CreateKey", "*"),
    ("eks", "DescribeCluster", {"name": "c"}, "AccessDeniedException", "eks:DescribeCluster", "cluster/c"),
    (
        "efs",
        "DescribeFileSystems",
        {"FileSystemId": "fs-12345678"},
        "AccessDeniedException",
        "elasticfilesystem:DescribeFileSystems",
        "file-system/fs-12345678",
    ),
    (
        "logs",
        "CreateLogGroup",
        {"logGroupName": "/a"},
        "AccessDeniedException",
        "logs:CreateLogGroup",
        "log-group:/a",
    ),
    (
        "budgets",
        "DescribeBudget",
        {"AccountId": ACCOUNT, "BudgetName": "b"},
        "AccessDeniedException",
        "budgets:ViewBudget",
        "budget/b",
    ),
    (
        "ecr",
        "PutLifecyclePolicy",
        {"repositoryName": "a/b", "lifecyclePolicyText": "{}" * 60},
        "AccessDeniedException",
        "ecr:PutLifecyclePolicy",
        "repository/a/b",
    ),
    (
        "backup",
        "DescribeBackupVault",
        {"BackupVaultName": "vault"},
        "AccessDeniedException",
        "backup:DescribeBackupVault",
        "backup-vault:vault",
    ),
    (
        "cloudwatch",
        "DescribeAlarms",
        {"AlarmNames": ["a"]},
        "AccessDenied",
        "cloudwatch:DescribeAlarms",
        "alarm:a",
    ),
    ("events", "PutRule", {"Name": "r"}, "AccessDeniedException", "events:PutRule", "rule/r"),
    (
        "secretsmanager",
        "CreateSecret",
        {"Name": "s"},
        "AccessDeniedException",
        "secretsmanager:CreateSecret",
        "secret:s",
    ),
]


@pytest.mark.parametrize(("service", "operation", "given", "code", "action", "resource"), CALLS)
def test_denied_call_has_the_error_format_of_its_service(
    as_role: As, service: str, operation: str, given: dict[str, Any], code: str, action: str, resource: str
) -> None:
    with pytest.raises(ApiError) as refused:
        as_role().call(service, operation, **given)
    assert refused.value.code.startswith(code)
    message = refused.value.message
    assert f"User: arn:aws:sts::{ACCOUNT}:assumed-role/caller-" in message
    assert f"is not authorized to perform: {action} on resource: " in message
    assert f"{resource} because no identity-based policy allows the {action} action" in message


def test_permission_for_one_action_does_not_allow_others(as_role: As) -> None:
    mine = as_role(allow("ec2:CreateVpc", f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/*"))
    vpc = mine.call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    with pytest.raises(ApiError, match=rf"ec2:CreateSubnet on resource: .*:subnet/\*|vpc/{vpc}"):
        mine.call("ec2", "CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24")


def test_every_principal_can_call_get_caller_identity(as_role: As) -> None:
    assert as_role().call("sts", "GetCallerIdentity")["Account"] == ACCOUNT


def test_call_without_a_principal_is_neither_evaluated_nor_recorded(
    door: AccessControl, log: CallLog
) -> None:
    Api("http://127.0.0.1", REGION, send=in_process_sender(door)).call("ec2", "DescribeVpcs")
    assert log.all() == []


def test_account_owner_is_allowed_by_default(door: AccessControl, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = identity.access_key(f"arn:aws:iam::{ACCOUNT}:role/rehearsal")
    monkeypatch.setitem(os.environ, "AWS_ACCESS_KEY_ID", owner)
    Api("http://127.0.0.1", REGION, access_key=owner, send=in_process_sender(door)).call(
        "ec2", "DescribeVpcs"
    )
    stranger = identity.access_key(f"arn:aws:iam::{ACCOUNT}:role/stranger")
    with pytest.raises(ApiError, match="role/stranger/rehearsal is not authorized"):
        Api("http://127.0.0.1", REGION, access_key=stranger, send=in_process_sender(door)).call(
            "ec2", "DescribeVpcs"
        )


def test_tags_on_creation_require_a_tagging_permission(as_role: As) -> None:
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "team", "Value": "ml"}]}]
    with pytest.raises(ApiError, match=r"ec2:CreateTags on resource: .*:vpc/\*"):
        as_role(allow("ec2:CreateVpc")).call(
            "ec2", "CreateVpc", CidrBlock="10.0.0.0/16", TagSpecifications=tags
        )
    condition = {"StringEquals": {"ec2:CreateAction": "CreateVpc", "aws:RequestTag/team": "ml"}}
    mine = as_role(allow("ec2:CreateVpc"), allow("ec2:CreateTags", Condition=condition))
    mine.call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16", TagSpecifications=tags)
    with pytest.raises(ApiError, match="iam:TagRole on resource"):
        as_role(allow("iam:CreateRole")).call(
            "iam", "CreateRole", RoleName=fresh("r"), AssumeRolePolicyDocument="{}",
            Tags=[{"Key": "a", "Value": "b"}],
        )  # fmt: skip


def test_role_for_a_service_requires_pass_role(as_role: As, eks: Prerequisites) -> None:
    given = {
        "name": fresh("cluster"),
        "roleArn": eks.control,
        "resourcesVpcConfig": {"subnetIds": eks.subnets},
    }
    with pytest.raises(ApiError, match=f"iam:PassRole on resource: {eks.control} because"):
        as_role(allow("eks:*")).call("eks", "CreateCluster", **given)
    to_ec2 = allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}})
    with pytest.raises(ApiError, match=r"iam:PassedToService ec2\.amazonaws\.com, and the call has eks"):
        as_role(allow("eks:*"), to_ec2).call("eks", "CreateCluster", **given)
    to_eks = allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "eks.amazonaws.com"}})
    rest = allow(
        ["iam:CreateServiceLinkedRole", "iam:GetRole", "iam:ListAttachedRolePolicies", "ec2:Describe*"]
    )
    assert as_role(allow("eks:*"), to_eks, rest).call("eks", "CreateCluster", **given)


def test_conditions_compare_resource_tags_with_principal_tags(as_role: As, api: Api) -> None:
    vpc = api.call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    same = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    mine = as_role(allow("ec2:DeleteVpc", Condition=same))
    me = identity.principal_of(mine.access_key).rpartition("/")[2]
    api.call("iam", "TagRole", RoleName=me, Tags=[{"Key": "team", "Value": "ml"}])
    with pytest.raises(ApiError, match="aws:ResourceTag/team"):
        mine.call("ec2", "DeleteVpc", VpcId=vpc)
    api.call("ec2", "CreateTags", Resources=[vpc], Tags=[{"Key": "team", "Value": "ml"}])
    mine.call("ec2", "DeleteVpc", VpcId=vpc)


def test_permissions_boundary_limits_a_role(as_role: As, api: Api) -> None:
    mine = as_role(allow("*"))
    text = json.dumps({"Version": "2012-10-17", "Statement": allow("s3:*")})
    arn = api.call("iam", "CreatePolicy", PolicyName=fresh("limit"), PolicyDocument=text)["Policy"]["Arn"]
    me = identity.principal_of(mine.access_key).rpartition("/")[2]
    api.call("iam", "PutRolePermissionsBoundary", RoleName=me, PermissionsBoundary=arn)
    with pytest.raises(ApiError, match="because no permissions boundary allows the ec2:DescribeVpcs action"):
        mine.call("ec2", "DescribeVpcs")
    mine.call("s3", "ListBuckets")


def test_bucket_policy_allows_and_denies(as_role: As, api: Api) -> None:
    bucket, mine, other = fresh("bucket"), as_role(), as_role(allow("s3:*"))
    api.call("s3", "CreateBucket", Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    me = identity.principal_of(mine.access_key)
    statements = [
        {**allow("s3:ListBucket", f"arn:aws:s3:::{bucket}"), "Principal": {"AWS": me}},
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:DeleteBucket",
            "Resource": f"arn:aws:s3:::{bucket}",
        },
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    api.call("s3", "PutBucketPolicy", Bucket=bucket, Policy=policy)
    mine.call("s3", "ListObjectsV2", Bucket=bucket)
    with pytest.raises(ApiError, match="with an explicit deny in a resource-based policy"):
        other.call("s3", "DeleteBucket", Bucket=bucket)


def test_unsupported_condition_key_is_an_error_that_names_the_key(as_role: As) -> None:
    odd = allow("ec2:*", Condition={"StringEquals": {"ec2:InstanceMarketType": "spot"}})
    with pytest.raises(
        ApiError, match="cannot decide: condition key ec2:InstanceMarketType is not understood"
    ):
        as_role(odd).call("ec2", "DescribeVpcs")


def test_equal_calls_are_recorded_once_with_their_conditions(as_role: As, log: CallLog) -> None:
    mine = as_role(allow("ec2:Describe*"))
    for _ in range(2):
        mine.call("ec2", "DescribeVpcs")
    [recorded] = log.all()
    assert (recorded.action, recorded.resource) == ("ec2:DescribeVpcs", "*")
    assert recorded.context["aws:requestedregion"] == (REGION,)


def test_equal_denials_are_recorded_once_with_their_principal(as_role: As, log: CallLog) -> None:
    mine = as_role(allow("ec2:DescribeSubnets"))
    for _ in range(2):
        with pytest.raises(ApiError):
            mine.call("ec2", "DescribeVpcs")
    [(principal, words)] = log.refused()
    assert principal == identity.principal_of(mine.access_key)
    assert "is not authorized to perform: ec2:DescribeVpcs" in words


def test_call_without_emulation_is_recorded_with_its_principal(as_role: As, log: CallLog) -> None:
    with pytest.raises(ApiError, match="ec2:DescribeFpgaImages has no emulation"):
        as_role(allow("ec2:DescribeFpgaImages", "*")).call("ec2", "DescribeFpgaImages")

    [(principal, words)] = log.refused()
    assert ":role/caller-" in principal
    assert "ec2:DescribeFpgaImages" in words
