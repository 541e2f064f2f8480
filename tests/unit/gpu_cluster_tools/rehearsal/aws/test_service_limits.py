"""Requests beyond a limit of AWS are refused with the error of their service."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from gpu_cluster.catalog.limits import LIMITS
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.service_limits import ERRORS, error_of
from tests.service_models import operation_errors
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import Prerequisites, fresh

Call = tuple[str, str, dict[str, Any]]

TRUST: dict[str, Any] = {"Version": "2012-10-17", "Statement": []}


@pytest.fixture
def eks(api: Api) -> Prerequisites:
    return Prerequisites.create(api)


def _document(filler: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Sid": filler, "Effect": "Allow", "Action": "*", "Resource": "*"}],
    }


def _long(characters: int) -> str:
    """A policy with this many characters."""
    return json.dumps(_document("x" * (characters - len(json.dumps(_document(""), separators=(",", ":"))))))


def _user_data(length: int) -> dict[str, Any]:
    return {"UserData": base64.b64encode(b"x" * length).decode()}


TAGS = [{"Key": f"k{number}", "Value": ""} for number in range(51)]
TAINTS = [{"key": f"team-{number}", "value": "ml", "effect": "NO_SCHEDULE"} for number in range(51)]

NEW: dict[str, tuple[Callable[[Prerequisites], Call], str, str]] = {
    "iam-managed-policy": (
        lambda _: ("iam", "CreatePolicy", {"PolicyName": fresh("p"), "PolicyDocument": _long(6145)}),
        "LimitExceeded",
        "a managed policy has 6145 characters, IAM takes 6144",
    ),
    "iam-trust-policy": (
        lambda _: ("iam", "CreateRole", {"RoleName": fresh("r"), "AssumeRolePolicyDocument": _long(2049)}),
        "LimitExceeded",
        "the trust policy of a role has 2049 characters, IAM takes 2048 unless AWS raised the quota",
    ),
    "tags": (
        lambda _: (
            "iam",
            "CreateRole",
            {"RoleName": fresh("r"), "AssumeRolePolicyDocument": json.dumps(TRUST), "Tags": TAGS},
        ),
        "LimitExceeded",
        "a resource has 51 tags, AWS takes 50",
    ),
    "user-data": (
        lambda _: (
            "ec2",
            "CreateLaunchTemplate",
            {"LaunchTemplateName": fresh("t"), "LaunchTemplateData": _user_data(16385)},
        ),
        "InvalidUserData.Malformed",
        "the user data of an instance has 16385 bytes, EC2 takes 16384",
    ),
    "base64": (
        lambda _: (
            "ec2",
            "CreateLaunchTemplate",
            {"LaunchTemplateName": fresh("t"), "LaunchTemplateData": {"UserData": "#!/bin/sh"}},
        ),
        "InvalidUserData.Malformed",
        "the user data of an instance is not Base64",
    ),
    "security-groups": (
        lambda _: (
            "ec2",
            "CreateLaunchTemplate",
            {
                "LaunchTemplateName": fresh("t"),
                "LaunchTemplateData": {"NetworkInterfaces": [{"DeviceIndex": 0, "Groups": ["sg-1"] * 6}]},
            },
        ),
        "SecurityGroupsPerInterfaceLimitExceeded",
        "a network interface has 6 security groups, EC2 takes 5 unless AWS raised the quota",
    ),
    "api-server-public-networks": (
        lambda eks: (
            "eks",
            "CreateCluster",
            {
                "name": fresh("c"),
                "roleArn": eks.control,
                "resourcesVpcConfig": {
                    "subnetIds": eks.subnets,
                    "publicAccessCidrs": [f"203.0.113.{number}/32" for number in range(41)],
                },
            },
        ),
        "InvalidParameterException",
        "the endpoint of a cluster has 41 public networks, EKS takes 40",
    ),
    "node-group-taints": (
        lambda eks: ("eks", "CreateNodegroup", _group(eks, taints=TAINTS)),
        "InvalidParameterException",
        "a managed node group has 51 taints, EKS takes 50",
    ),
    "node-group-taint-key": (
        lambda eks: ("eks", "CreateNodegroup", _group(eks, taints=[TAINTS[0] | {"key": "k" * 64}])),
        "InvalidParameterException",
        "the key of a taint has 64 characters, EKS takes 63",
    ),
    "labels": (
        lambda eks: (
            "eks",
            "CreateNodegroup",
            _group(eks, labels={"node-role.kubernetes.io/gpu": "true"}),
        ),
        "InvalidParameterException",
        "labels of node-role.kubernetes.io/ keep nodes of a managed node group from joining",
    ),
    "node-group-label-key": (
        lambda eks: ("eks", "CreateNodegroup", _group(eks, labels={"k" * 64: "v"})),
        "InvalidParameterException",
        "the key of a label has 64 characters, EKS takes 63",
    ),
    "node-group-label-value": (
        lambda eks: ("eks", "CreateNodegroup", _group(eks, labels={"team": "v" * 64})),
        "InvalidParameterException",
        "the value of a label has 64 characters, EKS takes 63",
    ),
    "access-point-path": (
        lambda _: (
            "efs",
            "CreateAccessPoint",
            {
                "ClientToken": "t",
                "FileSystemId": "fs-12345678",
                "RootDirectory": {"Path": "/" + "x" * 100},
            },
        ),
        "BadRequest",
        "the path of an access point has 101 characters, EFS takes 100",
    ),
    "efs-policy": (
        lambda _: ("efs", "PutFileSystemPolicy", {"FileSystemId": "fs-12345678", "Policy": "x" * 20_001}),
        "InvalidPolicyException",
        "the policy of a file system has 20001 characters, EFS takes 20000",
    ),
    "ecr-repository-policy": (
        lambda _: ("ecr", "SetRepositoryPolicy", {"repositoryName": "a/b", "policyText": "x" * 10_241}),
        "InvalidParameterException",
        "the policy of a repository has 10241 characters, ECR takes 10240",
    ),
    "ecr-lifecycle-policy": (
        lambda _: (
            "ecr",
            "PutLifecyclePolicy",
            {"repositoryName": "a/b", "lifecyclePolicyText": "x" * 30_721},
        ),
        "InvalidParameterException",
        "a lifecycle policy has 30721 characters, ECR takes 30720",
    ),
    "kms-key-policy": (
        lambda _: ("kms", "CreateKey", {"Policy": _long(32_769)}),
        "LimitExceededException",
        "the policy of a key has",
    ),
    "s3-bucket-policy": (
        lambda _: ("s3", "PutBucketPolicy", {"Bucket": "some-bucket", "Policy": _long(20_481)}),
        "MalformedPolicy",
        "the policy of a bucket has",
    ),
    "sqs-policy": (
        lambda _: (
            "sqs",
            "SetQueueAttributes",
            {"QueueUrl": "http://127.0.0.1/123456789012/q", "Attributes": {"Policy": _long(8193)}},
        ),
        "OverLimit",
        "the policy of a queue has",
    ),
    "name": (
        lambda _: (
            "iam",
            "CreateRole",
            {"RoleName": "platform-addons-" + "r" * 49, "AssumeRolePolicyDocument": json.dumps(TRUST)},
        ),
        "ValidationError",
        f"RoleName platform-addons-{'r' * 49} has 65 characters, iam takes 64",
    ),
}
"""Requests beyond a limit in any account, by limit: request, code and message."""


def _group(eks: Prerequisites, **settings: Any) -> dict[str, Any]:
    given = {"clusterName": "c", "nodegroupName": "g", "nodeRole": eks.node, "subnets": eks.subnets}
    return given | settings


@pytest.mark.parametrize("limit", NEW)
def test_request_beyond_a_limit_is_refused(deployer: Api, eks: Prerequisites, limit: str) -> None:
    request, code, words = NEW[limit]
    service, operation, given = request(eks)
    with pytest.raises(ApiError) as refused:
        deployer.call(service, operation, **given)
    assert refused.value.code == code
    assert refused.value.message.startswith(words)


NAMES: list[tuple[str, str, dict[str, Any], str]] = [
    (
        "backup",
        "CreateBackupPlan",
        {"BackupPlan": {"BackupPlanName": "n" * 51, "Rules": []}},
        "InvalidParameterVal",
    ),
    (
        "ec2",
        "CreateLaunchTemplate",
        {"LaunchTemplateName": "n" * 129, "LaunchTemplateData": {}},
        "InvalidParam",
    ),
    (
        "eks",
        "CreateCluster",
        {"name": "n" * 101, "roleArn": "r", "resourcesVpcConfig": {}},
        "InvalidParameterExc",
    ),
    ("events", "PutRule", {"Name": "n" * 65}, "ValidationException"),
    ("kms", "CreateAlias", {"AliasName": "alias/" + "n" * 251, "TargetKeyId": "k"}, "ValidationException"),
    ("s3", "CreateBucket", {"Bucket": "n" * 64}, "InvalidBucketName"),
    ("sns", "CreateTopic", {"Name": "n" * 257}, "InvalidParameter"),
    ("sqs", "CreateQueue", {"QueueName": "n" * 81}, "InvalidParameterValue"),
]


@pytest.mark.parametrize(("service", "operation", "given", "code"), NAMES)
def test_invalid_name_is_refused_with_the_error_of_its_service(
    deployer: Api, service: str, operation: str, given: dict[str, Any], code: str
) -> None:
    with pytest.raises(ApiError, match="characters, ") as refused:
        deployer.call(service, operation, **given)
    assert refused.value.code.startswith(code)


def test_inline_policies_of_a_role_share_one_limit(deployer: Api) -> None:
    role = fresh("role")
    deployer.call("iam", "CreateRole", RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))

    def put(name: str, characters: int) -> None:
        text = _long(characters)
        deployer.call("iam", "PutRolePolicy", RoleName=role, PolicyName=name, PolicyDocument=text)

    put("a", 5000)
    put("b", 5240)
    put("b", 5239)  # replaces the policy of that name
    with pytest.raises(ApiError, match="LimitExceeded: a role has 10340 characters of inline policies"):
        put("c", 101)


def test_rules_of_a_security_group_share_one_limit(deployer: Api, eks: Prerequisites) -> None:
    group = deployer.call("ec2", "CreateSecurityGroup", GroupName=fresh("g"), Description="d", VpcId=eks.vpc)

    def rules(first: int, last: int) -> list[dict[str, Any]]:
        ranges = [{"CidrIp": f"10.{number}.0.0/16"} for number in range(first, last)]
        return [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": ranges}]

    id = group["GroupId"]
    deployer.call("ec2", "AuthorizeSecurityGroupIngress", GroupId=id, IpPermissions=rules(0, 60))
    for operation, given, count in (
        ("AuthorizeSecurityGroupIngress", rules(60, 61), 61),
        ("AuthorizeSecurityGroupEgress", rules(0, 60), 61),  # including the default egress rule
    ):
        with pytest.raises(ApiError, match=f"RulesPerSecurityGroupLimitExceeded: .* has {count} rules"):
            deployer.call("ec2", operation, GroupId=id, IpPermissions=given)


def test_vpc_can_have_five_cidr_blocks(deployer: Api, eks: Prerequisites) -> None:
    for number in range(4):
        deployer.call("ec2", "AssociateVpcCidrBlock", VpcId=eks.vpc, CidrBlock=f"100.{64 + number}.0.0/16")
    with pytest.raises(ApiError, match="CidrLimitExceeded: a VPC has 6 IPv4 ranges, EC2 takes 5"):
        deployer.call("ec2", "AssociateVpcCidrBlock", VpcId=eks.vpc, CidrBlock="100.70.0.0/16")


def test_file_system_can_have_one_mount_target_per_zone(deployer: Api, eks: Prerequisites) -> None:
    system = deployer.call("efs", "CreateFileSystem", CreationToken=fresh("fs"))["FileSystemId"]
    beside = deployer.call(
        "ec2", "CreateSubnet", VpcId=eks.vpc, CidrBlock="10.40.128.0/20", AvailabilityZone="eu-central-1a"
    )["Subnet"]["SubnetId"]
    deployer.call("efs", "CreateMountTarget", FileSystemId=system, SubnetId=eks.subnets[0])
    deployer.call("efs", "CreateMountTarget", FileSystemId=system, SubnetId=eks.subnets[1])
    with pytest.raises(
        ApiError, match="MountTargetConflict: the file system has a mount target in eu-central-1a"
    ):
        deployer.call("efs", "CreateMountTarget", FileSystemId=system, SubnetId=beside)


def test_added_taints_count_with_existing_ones(deployer: Api, eks: Prerequisites) -> None:
    cluster = eks.cluster()["name"]
    eks.api.call("eks", "CreateAddon", clusterName=cluster, addonName="vpc-cni")
    named = {
        "clusterName": cluster,
        "nodegroupName": eks.node_group(cluster, taints=TAINTS[:50])["nodegroupName"],
    }
    with pytest.raises(ApiError, match="InvalidParameterException: a managed node group has 51 taints"):
        deployer.call("eks", "UpdateNodegroupConfig", **named, taints={"addOrUpdateTaints": TAINTS[50:]})
    exchanged = {"addOrUpdateTaints": TAINTS[50:], "removeTaints": TAINTS[:1]}
    deployer.call("eks", "UpdateNodegroupConfig", **named, taints=exchanged)


def test_every_limit_of_the_table_is_enforced() -> None:
    together = {"iam-inline-policies", "security-group-rules", "vpc-cidrs"}
    assert LIMITS.keys() == (NEW.keys() | together) - {"name", "labels", "base64"}


SHARED = {"ValidationError", "MalformedPolicy"}
"""Errors that the service models do not list for an operation."""


@pytest.mark.parametrize(
    "limit", [key for key in NEW if key not in ("user-data", "base64", "security-groups")]
)
def test_limit_error_is_an_error_of_the_operation(eks: Prerequisites, limit: str) -> None:
    request, code, _ = NEW[limit]
    service, operation, _ = request(eks)
    assert code in {*SHARED, *operation_errors(service, operation)}


def test_service_without_an_entry_has_the_common_error() -> None:
    assert error_of("fsx", "tags") == ("ValidationException", 400)
    assert ("fsx", "*") not in ERRORS
