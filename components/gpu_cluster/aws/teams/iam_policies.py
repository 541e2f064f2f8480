"""IAM policies of a team: all below its own prefixes, and nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from gpu_cluster.aws.identity import policy_document
from gpu_cluster.config.partition import partition_of

_PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
_PUSH = ["ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"]
_LOOK = ["ecr:DescribeImageScanFindings", "ecr:DescribeImages", "ecr:ListImages"]
# Not SetRepositoryPolicy: to whom else its images are open is not the team's to say.
_KEEP = [
    "ecr:BatchDeleteImage",
    "ecr:CreateRepository",
    "ecr:DeleteLifecyclePolicy",
    "ecr:DeleteRepository",
    "ecr:DescribeRepositories",
    "ecr:GetLifecyclePolicy",
    "ecr:ListTagsForResource",
    "ecr:PutImageScanningConfiguration",
    "ecr:PutImageTagMutability",
    "ecr:PutLifecyclePolicy",
    "ecr:TagResource",
    "ecr:UntagResource",
]
_KEY_OF_REPOSITORIES = ["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Prefixes:
    """Prefixes of a team in ECR and S3."""

    account: str
    region: str
    team: str
    repositories: str
    """Beginning of the names of its repositories: `vision/`, or `dev/vision/` in a registry with a prefix."""

    registry_key: pulumi.Input[str]
    """ARN of the key that encrypts images."""

    buckets: Mapping[str, pulumi.Input[str]]
    """Names of the S3 stores; in each, what begins with the team's name is the team's."""

    data_key: pulumi.Input[str]
    """ARN of the key that encrypts objects."""


def member_policy(prefixes: Prefixes, cluster: pulumi.Input[str]) -> pulumi.Output[str]:
    """Policy of a team's members, as JSON: its repositories and objects, and access to the cluster."""
    where = f"arn:{partition_of(prefixes.region)}:eks:{prefixes.region}:{prefixes.account}:cluster/"
    return policy_document(
        {
            "Effect": "Allow",
            "Action": "eks:DescribeCluster",
            "Resource": pulumi.Output.concat(where, cluster),
        },
        *_images(prefixes, [*_PULL, *_PUSH, *_LOOK, *_KEEP]),
        {"Effect": "Allow", "Action": _KEY_OF_REPOSITORIES, "Resource": prefixes.registry_key},
        *_objects(prefixes),
    )


def pod_policy(prefixes: Prefixes) -> pulumi.Output[str]:
    """Policy of the team's pods, as JSON: its images and its objects."""
    return policy_document(*_images(prefixes, [*_PULL, *_PUSH, *_LOOK]), *_objects(prefixes))


def _images(prefixes: Prefixes, actions: list[str]) -> Iterator[dict[str, Any]]:
    registry = f"arn:{partition_of(prefixes.region)}:ecr:{prefixes.region}:{prefixes.account}"
    where = f"{registry}:repository/{prefixes.repositories}*"
    yield {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}
    yield {"Effect": "Allow", "Action": actions, "Resource": where}


def _objects(prefixes: Prefixes) -> Iterator[dict[str, Any]]:
    """The key may be used only for objects of these buckets: S3 sends the bucket as encryption context."""
    if not prefixes.buckets:
        return
    arn = f"arn:{partition_of(prefixes.region)}:s3:::"
    buckets = [pulumi.Output.concat(arn, name) for name in prefixes.buckets.values()]
    own = f"{prefixes.team}/*"
    yield {
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": buckets,
        "Condition": {"StringLike": {"s3:prefix": own}},
    }
    yield {
        "Effect": "Allow",
        "Action": ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        "Resource": [pulumi.Output.concat(bucket, "/", own) for bucket in buckets],
    }
    yield {
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": prefixes.data_key,
        "Condition": {"StringEquals": {"kms:EncryptionContext:aws:s3:arn": buckets}},
    }
