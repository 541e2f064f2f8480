"""Key policies of KMS, by purpose.

The account administers every key, and its principals use one only as their own policies allow, through the
services that the key is for. Grants to other services are for AWS resources alone, except on the key of the
cluster: CreateCluster does not support `kms:GrantIsForAWSResource`.
"""

from typing import Any

import pulumi

from gpu_cluster.aws.identity import policy_document
from gpu_cluster.aws.keys.key_usage import KeyUsage
from gpu_cluster.config.partition import partition_of

_USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
_ADMINISTER = [
    f"kms:{verb}"
    for verb in (
        *("CancelKeyDeletion", "CreateAlias", "Delete*", "Describe*", "Disable*", "Enable*", "Get*", "List*"),
        *("Put*", "RevokeGrant", "RotateKeyOnDemand", "ScheduleKeyDeletion", "TagResource"),
        *("UntagResource", "Update*"),
    )
]
_SERVICES = {
    KeyUsage.VOLUMES: ("ec2",),
    KeyUsage.DATA: ("backup", "elasticfilesystem", "fsx", "s3"),
    KeyUsage.REGISTRY: ("ecr",),
    KeyUsage.COPIES: ("backup", "ec2", "fsx"),
}
"""Through which services the principals of the account use a key."""
_RETIRED = frozenset((KeyUsage.DATA, KeyUsage.REGISTRY, KeyUsage.COPIES))
"""Keys whose service asks its caller for `kms:RetireGrant`.

ECR at creation and deletion of a repository (Amazon ECR user guide, encryption-at-rest, "Required IAM
permissions"), AWS Backup at creation of a vault (CloudFormation registry, AWS::Backup::BackupVault,
permissions of create); both read on 2026-11-28. EBS, EFS, FSx and EKS ask for `kms:CreateGrant` alone.
"""

_Statement = dict[str, Any]


def key_policy(purpose: KeyUsage, account: str, region: str, copies: str | None = None) -> pulumi.Output[str]:
    """The policy of a purpose's key, as JSON. `copies`: region that backups are copied to."""
    statements = [_administered(account, region)]
    match purpose:
        case KeyUsage.CLUSTER:
            statements += _by_control_plane(account, region)
        case KeyUsage.LOGS:
            statements.append(_by_logs(account, region))
        case KeyUsage.VOLUMES:
            statements += [
                *_by_services(purpose, account, region, copies),
                *_by_instance_starters(account, region),
            ]
        case KeyUsage.DATA:
            statements += [
                *_by_services(purpose, account, region, copies),
                _by_lustre(account, region),
            ]
        case KeyUsage.REGISTRY | KeyUsage.COPIES:
            statements += _by_services(purpose, account, region, copies)
    return policy_document(*statements)


def _administered(account: str, region: str) -> _Statement:
    """Administration without use of the key; an editor of the policy can grant use, which CloudTrail
    records."""
    return {
        "Sid": "Administer",
        "Effect": "Allow",
        "Principal": _root(account, region),
        "Action": _ADMINISTER,
        "Resource": "*",
    }


def _by_control_plane(account: str, region: str) -> list[_Statement]:
    """The control plane encrypts with the role of its cluster, from a network of AWS, through no service.

    The creator of the cluster needs `kms:DescribeKey` and `kms:CreateGrant`; `kms:GrantIsForAWSResource` is
    not supported for CreateCluster and must not restrict it (Amazon EKS user guide, enable-kms,
    docs.aws.amazon.com/eks/latest/userguide/enable-kms.html, read on 2026-11-28).
    """
    return [
        {
            "Sid": "UseAsPoliciesAllow",
            "Effect": "Allow",
            "Principal": _root(account, region),
            "Action": [*_USE, "kms:ListGrants"],
            "Resource": "*",
        },
        {
            "Sid": "GrantToCluster",
            "Effect": "Allow",
            "Principal": _root(account, region),
            "Action": "kms:CreateGrant",
            "Resource": "*",
        },
    ]


def _by_logs(account: str, region: str) -> _Statement:
    groups = f"arn:{partition_of(region)}:logs:{region}:{account}:log-group:*"
    return {
        "Sid": "EncryptLogGroups",
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{region}.amazonaws.com"},
        "Action": _USE,
        "Resource": "*",
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    }


def _by_services(purpose: KeyUsage, account: str, region: str, copies: str | None) -> list[_Statement]:
    """Copies need it through services of both regions (AWS Backup developer guide, encryption of backups)."""
    services = [f"{service}.{region}.amazonaws.com" for service in _SERVICES[purpose]]
    if copies:
        copying = [service for service in _SERVICES[purpose] if service in _SERVICES[KeyUsage.COPIES]]
        services += [f"{service}.{copies}.amazonaws.com" for service in copying]
    via = {"kms:ViaService": services}
    return [
        {
            "Sid": "UseThroughServices",
            "Effect": "Allow",
            "Principal": _root(account, region),
            "Action": [*_USE, *_retires(purpose)],
            "Resource": "*",
            "Condition": {"StringEquals": via},
        },
        _granted(_root(account, region), via),
    ]


def _by_instance_starters(account: str, region: str) -> list[_Statement]:
    """Auto Scaling starts node groups, and EC2 starts spot instances, as roles without a policy about keys.

    Both need the key for encrypted volumes (Amazon EC2 Auto Scaling user guide,
    key-policy-requirements-EBS-encryption; Amazon EC2 user guide,
    service-linked-roles-spot-instance-requests, "Grant access to customer managed keys"; 2026-11-28). A
    fresh account lacks them, and KMS refuses a principal that does not exist: a condition names them.
    """
    linked = f"{_iam(account, region)}:role/aws-service-role"
    starters = {
        "aws:PrincipalArn": [
            f"{linked}/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
            f"{linked}/spot.amazonaws.com/AWSServiceRoleForEC2Spot",
        ],
        "kms:CallerAccount": account,
    }
    anyone = {"AWS": "*"}
    return [
        {
            "Sid": "UseForNodes",
            "Effect": "Allow",
            "Principal": anyone,
            "Action": _USE,
            "Resource": "*",
            "Condition": {"StringEquals": starters},
        },
        {**_granted(anyone, starters), "Sid": "GrantForNodes"},
    ]


def _by_lustre(account: str, region: str) -> _Statement:
    """FSx reads a bucket with a service-linked role, whose name ends with the id of the file system and whose
    policy has no KMS actions."""
    linked = "aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/AWSServiceRoleForFSxS3Access_*"
    return {
        "Sid": "UseForLinkedBuckets",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": _USE,
        "Resource": "*",
        "Condition": {
            "StringEquals": {"kms:CallerAccount": account, "kms:ViaService": f"s3.{region}.amazonaws.com"},
            "ArnLike": {"aws:PrincipalArn": f"{_iam(account, region)}:role/{linked}"},
        },
    }


def _retires(purpose: KeyUsage) -> list[str]:
    return ["kms:RetireGrant"] if purpose in _RETIRED else []


def _granted(principal: dict[str, str], conditions: dict[str, Any]) -> _Statement:
    return {
        "Sid": "GrantToResources",
        "Effect": "Allow",
        "Principal": principal,
        "Action": "kms:CreateGrant",
        "Resource": "*",
        "Condition": {
            "Bool": {"kms:GrantIsForAWSResource": "true"},
            "StringEquals": conditions,
        },
    }


def _root(account: str, region: str) -> dict[str, str]:
    return {"AWS": f"{_iam(account, region)}:root"}


def _iam(account: str, region: str) -> str:
    return f"arn:{partition_of(region)}:iam::{account}"
