"""The policy of a KMS key decides on its use, also by AWS services."""

import json
import time
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import Prerequisites, fresh
from tests.unit.gpu_cluster_tools.rehearsal.aws.iam.conftest import REGION, As, allow

ACCOUNT = identity.account()
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
FOR_AWS = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]


def key(api: Api, *statements: dict[str, Any]) -> str:
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return api.call("kms", "CreateKey", Policy=policy)["KeyMetadata"]["Arn"]


def create(caller: Api, eks: Prerequisites, key: str) -> None:
    caller.call(
        "eks",
        "CreateCluster",
        name=fresh("cluster"),
        roleArn=eks.control,
        resourcesVpcConfig={"subnetIds": eks.subnets},
        encryptionConfig=[{"resources": ["secrets"], "provider": {"keyArn": key}}],
    )


def test_cluster_key_with_grants_for_aws_resources_only_is_refused(
    as_role: As, api: Api, eks: Prerequisites
) -> None:
    """EKS user guide: kms:GrantIsForAWSResource is not supported for CreateCluster."""
    only_for_aws = {**allow("kms:CreateGrant"), "Principal": ROOT, "Condition": FOR_AWS, "Sid": "Grants"}
    wrong = key(api, {**allow(USE), "Principal": ROOT}, only_for_aws)
    with pytest.raises(ApiError) as refused:
        create(as_role(allow("*")), eks, wrong)
    assert refused.value.code == "AccessDeniedException"
    assert f"kms:CreateGrant on resource: {wrong} because no resource-based policy allows" in str(
        refused.value
    )
    assert "Grants of a resource-based policy allows it under Bool kms:GrantIsForAWSResource true" in str(
        refused.value
    )


def test_cluster_key_with_grants_for_the_account_is_accepted(
    as_role: As, api: Api, eks: Prerequisites
) -> None:
    right = key(api, {**allow([*USE, "kms:CreateGrant"]), "Principal": ROOT})
    create(as_role(allow("*")), eks, right)


def test_cluster_creation_requires_create_grant_of_its_caller(
    as_role: As, api: Api, eks: Prerequisites
) -> None:
    right = key(api, {**allow([*USE, "kms:CreateGrant"]), "Principal": ROOT})
    rights = allow(["eks:*", "iam:*", "ec2:Describe*", "kms:DescribeKey"])
    with pytest.raises(ApiError, match=r"kms:CreateGrant on resource: .* because no identity-based policy"):
        create(as_role(rights), eks, right)


def test_log_group_key_must_allow_the_logs_service(as_role: As, api: Api) -> None:
    """CloudWatch Logs user guide, "Encrypt log data using AWS KMS"."""
    context = {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/a*"}
    }
    service = {"Service": f"logs.{REGION}.amazonaws.com"}
    own = key(api, {**allow(USE), "Principal": service, "Condition": context})
    mine = as_role(allow("logs:*"))
    mine.call("logs", "CreateLogGroup", logGroupName=f"/a/{fresh('g')}", kmsKeyId=own)
    with pytest.raises(
        ApiError, match=rf"User: logs\.{REGION}\.amazonaws\.com is not authorized.*kms:Encrypt"
    ):
        mine.call("logs", "CreateLogGroup", logGroupName=f"/b/{fresh('g')}", kmsKeyId=own)


def test_file_system_uses_its_key_via_its_service(as_role: As, api: Api) -> None:
    via = {"StringEquals": {"kms:ViaService": f"elasticfilesystem.{REGION}.amazonaws.com"}}
    right = key(
        api,
        {**allow(USE), "Principal": ROOT, "Condition": via},
        {**allow("kms:CreateGrant"), "Principal": ROOT, "Condition": {**via, **FOR_AWS}},
    )
    wrong = key(api, {**allow(USE), "Principal": ROOT})
    mine = as_role(allow(["elasticfilesystem:*", "kms:*", "iam:CreateServiceLinkedRole"]))
    mine.call("efs", "CreateFileSystem", CreationToken=fresh("t"), Encrypted=True, KmsKeyId=right)
    with pytest.raises(ApiError, match="kms:CreateGrant on resource"):
        mine.call("efs", "CreateFileSystem", CreationToken=fresh("t"), Encrypted=True, KmsKeyId=wrong)
    with pytest.raises(ApiError, match="kms:DescribeKey on resource"):
        mine.call("kms", "DescribeKey", KeyId=right)


def test_kms_grant_allows_the_listed_operations(as_role: As, api: Api) -> None:
    own = key(api, {**allow("kms:*"), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/nobody"}})
    mine = as_role()
    me = identity.principal_of(mine.access_key)
    with pytest.raises(ApiError, match="kms:DescribeKey"):
        mine.call("kms", "DescribeKey", KeyId=own)
    api.call("kms", "CreateGrant", KeyId=own, GranteePrincipal=me, Operations=["DescribeKey"])
    mine.call("kms", "DescribeKey", KeyId=own)
    with pytest.raises(ApiError, match="kms:Encrypt"):
        mine.call("kms", "Encrypt", KeyId=own, Plaintext=b"a")


def of_roles(*names: str) -> list[dict[str, Any]]:
    """Statements of a volume key that name service-linked roles in conditions."""
    arns = [f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{name}" for name in names]
    condition = {"StringEquals": {"aws:PrincipalArn": arns, "kms:CallerAccount": ACCOUNT}}
    anyone = {"AWS": "*"}
    return [
        {**allow(USE), "Principal": anyone, "Condition": condition},
        {
            **allow("kms:CreateGrant"),
            "Principal": anyone,
            "Condition": {**condition, **FOR_AWS},
            "Sid": "Nodes",
        },
    ]


SCALING = "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
SPOT = "spot.amazonaws.com/AWSServiceRoleForEC2Spot"


def group_on(api: Api, eks: Prerequisites, key: str, capacity: str) -> dict[str, Any]:
    cluster = eks.cluster()["name"]
    api.call("eks", "CreateAddon", clusterName=cluster, addonName="vpc-cni")
    volume = {"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True, "KmsKeyId": key, "VolumeSize": 50}}
    template = eks.template(InstanceType="m7i.large", BlockDeviceMappings=[volume])
    group = eks.node_group(cluster, launchTemplate=template, capacityType=capacity)
    return settled(api, cluster, group["nodegroupName"])


def settled(api: Api, cluster: str, group: str) -> dict[str, Any]:
    while True:
        found = api.call("eks", "DescribeNodegroup", clusterName=cluster, nodegroupName=group)["nodegroup"]
        if found["status"] != "CREATING":
            return found
        time.sleep(0.05)


def test_nodes_start_with_a_key_that_allows_auto_scaling(api: Api, eks: Prerequisites) -> None:
    assert group_on(api, eks, key(api, *of_roles(SCALING)), "ON_DEMAND")["status"] == "ACTIVE"


def test_nodes_fail_with_a_key_that_omits_auto_scaling(api: Api, eks: Prerequisites) -> None:
    own = key(api, {**allow("kms:*"), "Principal": ROOT})
    group = group_on(api, eks, own, "ON_DEMAND")
    assert group["status"] == "CREATE_FAILED"
    [issue] = group["health"]["issues"]
    assert issue["code"] == "AsgInstanceLaunchFailures"
    assert (
        f"assumed-role/AWSServiceRoleForAutoScaling/{identity.SESSION} is not authorized" in issue["message"]
    )


def test_spot_nodes_require_the_spot_role_in_the_key_policy(api: Api, eks: Prerequisites) -> None:
    without = group_on(api, eks, key(api, *of_roles(SCALING)), "SPOT")
    assert without["status"] == "CREATE_FAILED"
    [issue] = without["health"]["issues"]
    assert "AWSServiceRoleForEC2Spot" in issue["message"]
    assert "kms:CreateGrant" in issue["message"]
    assert group_on(api, eks, key(api, *of_roles(SCALING, SPOT)), "SPOT")["status"] == "ACTIVE"


def test_auto_scaling_creates_the_spot_role(api: Api, eks: Prerequisites) -> None:
    group_on(api, eks, key(api, *of_roles(SCALING, SPOT)), "SPOT")
    role = api.call("iam", "GetRole", RoleName="AWSServiceRoleForEC2Spot")["Role"]
    assert role["Path"] == "/aws-service-role/spot.amazonaws.com/"


def test_volume_creation_requires_key_permissions_of_its_caller(as_role: As, api: Api) -> None:
    own = key(api, {**allow("kms:*"), "Principal": ROOT})
    volume = {"AvailabilityZone": f"{REGION}a", "Size": 8, "Encrypted": True, "KmsKeyId": own}
    with pytest.raises(ApiError, match="kms:DescribeKey on resource"):
        as_role(allow("ec2:*")).call("ec2", "CreateVolume", **volume)
    via = {"StringEquals": {"kms:ViaService": f"ec2.{REGION}.amazonaws.com"}}
    as_role(allow("ec2:*"), allow("kms:*", Condition=via)).call("ec2", "CreateVolume", **volume)
