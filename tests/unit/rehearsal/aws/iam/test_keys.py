"""Who may use a key: its policy decides, also about what services do with it."""

import json
from typing import Any

import pytest

from rehearsal.aws import identity
from rehearsal.aws.api import Api, ApiError
from tests.unit.rehearsal.aws.eks.ground import Ground, fresh
from tests.unit.rehearsal.aws.iam.conftest import REGION, As, allow

ACCOUNT = identity.account()
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
FOR_AWS = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]


def key(api: Api, *statements: dict[str, Any]) -> str:
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return api.call("kms", "CreateKey", Policy=policy)["KeyMetadata"]["Arn"]


def create(caller: Api, ground: Ground, key: str) -> None:
    caller.call(
        "eks",
        "CreateCluster",
        name=fresh("cluster"),
        roleArn=ground.control,
        resourcesVpcConfig={"subnetIds": ground.subnets},
        encryptionConfig=[{"resources": ["secrets"], "provider": {"keyArn": key}}],
    )


def test_a_cluster_whose_key_grants_to_resources_of_aws_alone_is_not_created(
    as_role: As, api: Api, ground: Ground
) -> None:
    """EKS user guide: kms:GrantIsForAWSResource is not supported for CreateCluster."""
    only_for_aws = {**allow("kms:CreateGrant"), "Principal": ROOT, "Condition": FOR_AWS, "Sid": "Grants"}
    wrong = key(api, {**allow(USE), "Principal": ROOT}, only_for_aws)
    with pytest.raises(ApiError) as refused:
        create(as_role(allow("*")), ground, wrong)
    assert refused.value.code == "AccessDeniedException"
    assert f"kms:CreateGrant on resource: {wrong} because no resource-based policy allows" in str(
        refused.value
    )
    assert "Grants of a resource-based policy allows it under Bool kms:GrantIsForAWSResource true" in str(
        refused.value
    )


def test_a_cluster_whose_key_grants_to_the_account_is_created(as_role: As, api: Api, ground: Ground) -> None:
    right = key(api, {**allow([*USE, "kms:CreateGrant"]), "Principal": ROOT})
    create(as_role(allow("*")), ground, right)


def test_who_creates_a_cluster_needs_the_grant_too(as_role: As, api: Api, ground: Ground) -> None:
    right = key(api, {**allow([*USE, "kms:CreateGrant"]), "Principal": ROOT})
    rights = allow(["eks:*", "iam:PassRole", "iam:CreateServiceLinkedRole", "kms:DescribeKey"])
    with pytest.raises(ApiError, match=r"kms:CreateGrant on resource: .* because no identity-based policy"):
        create(as_role(rights), ground, right)


def test_a_log_group_takes_a_key_that_admits_the_service(as_role: As, api: Api) -> None:
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


def test_a_store_reaches_its_key_through_its_service(as_role: As, api: Api) -> None:
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


def test_a_grant_allows_what_it_lists(as_role: As, api: Api) -> None:
    own = key(api, {**allow("kms:*"), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/nobody"}})
    mine = as_role()
    me = identity.principal_of(mine.access_key)
    with pytest.raises(ApiError, match="kms:DescribeKey"):
        mine.call("kms", "DescribeKey", KeyId=own)
    api.call("kms", "CreateGrant", KeyId=own, GranteePrincipal=me, Operations=["DescribeKey"])
    mine.call("kms", "DescribeKey", KeyId=own)
    with pytest.raises(ApiError, match="kms:Encrypt"):
        mine.call("kms", "Encrypt", KeyId=own, Plaintext=b"a")
