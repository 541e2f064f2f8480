"""Settings of repositories that ECR itself creates, for the first image that it caches or copies."""

from collections.abc import Collection
from typing import Any, Literal

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.identity import policy_document
from gpu_cluster.config.partition import partition_of

_KEY_USE = ["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"]


def creation_template(
    name: str,
    prefix: str,
    reason: Literal["PULL_THROUGH_CACHE", "REPLICATION"],
    *,
    role: pulumi.Input[str],
    expiry: str,
    key: pulumi.Input[str] | None = None,
    region: str | None = None,
    opts: pulumi.ResourceOptions,
) -> aws.ecr.RepositoryCreationTemplate:
    """Settings of repositories that ECR creates below a prefix: those of the platform's own repositories.

    ECR assumes `role` to create them; without `key` they are encrypted with the AWS managed key of ECR.
    """
    return aws.ecr.RepositoryCreationTemplate(
        name,
        prefix=prefix,
        applied_fors=[reason],
        custom_role_arn=role,
        encryption_configurations=[
            aws.ecr.RepositoryCreationTemplateEncryptionConfigurationArgs(encryption_type="KMS", kms_key=key)
        ],
        image_tag_mutability="IMMUTABLE",
        lifecycle_policy=expiry,
        region=region,
        opts=opts,
    )


def creation_role(
    name: str,
    *,
    account: str,
    region: str,
    replicas: Collection[str],
    prefix: str,
    key: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str]:
    """ARN of the role that ECR assumes: it may create repositories below `prefix`, here and in the
    `replicas`."""
    role = aws.iam.Role(
        f"{name}-role",
        description="ECR makes repositories for what it caches and copies",
        assume_role_policy=policy_document(
            {
                "Effect": "Allow",
                "Principal": {"Service": "ecr.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ),
        opts=opts,
    )
    repositories = [
        f"arn:{partition_of(region)}:ecr:{each}:{account}:repository/{prefix}*"
        for each in [region, *sorted(replicas)]
    ]
    statements: list[dict[str, Any]] = [
        {
            "Effect": "Allow",
            "Action": ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"],
            "Resource": repositories,
        },
        {"Effect": "Allow", "Action": _KEY_USE, "Resource": key},
    ]
    if replicas:
        statements.append(_with_keys_of_aws(account, replicas))
    aws.iam.RolePolicy(f"{name}-policy", role=role.name, policy=policy_document(*statements), opts=opts)
    return role.arn


def _with_keys_of_aws(account: str, regions: Collection[str]) -> dict[str, Any]:
    """Statement for AWS managed keys of the other regions, by alias: their ids are not known here."""
    return {
        "Effect": "Allow",
        "Action": _KEY_USE,
        "Resource": [
            f"arn:{partition_of(region)}:kms:{region}:{account}:key/*" for region in sorted(regions)
        ],
        "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/aws/ecr"}},
    }
