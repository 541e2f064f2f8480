"""Condition keys that a call's context is filled with, where the call has a value for them.

A key outside of this table is never compared silently: a statement that depends on it is refused.
Sources, read 2026-11-28: IAM user guide, "AWS global condition context keys"; KMS developer guide, "Condition
keys for AWS KMS"; service authorization reference of the services.
"""

from fnmatch import fnmatchcase

from gpu_cluster_tools.rehearsal.aws.iam.documents import PolicyError, PolicyStatement
from gpu_cluster_tools.rehearsal.aws.iam.matching import variables_in

_UNDERSTOOD = tuple(
    key.lower()
    for key in (
        "aws:CalledVia",
        "aws:CurrentTime",
        "aws:EpochTime",
        "aws:PrincipalAccount",
        "aws:PrincipalArn",
        "aws:PrincipalIsAWSService",
        "aws:PrincipalOrgID",  # the account belongs to no organization by default
        "aws:PrincipalServiceName",
        "aws:PrincipalTag/*",
        "aws:PrincipalType",
        "aws:RequestedRegion",
        "aws:RequestTag/*",
        "aws:ResourceAccount",
        "aws:ResourceTag/*",
        "aws:SecureTransport",
        "aws:SourceAccount",
        "aws:SourceArn",
        "aws:SourceIp",
        "aws:TagKeys",
        "aws:userid",
        "aws:username",
        "aws:ViaAWSService",
        "autoscaling:ResourceTag/*",
        "ec2:CreateAction",
        "ec2:ResourceTag/*",
        "ecr:ResourceTag/*",
        "elasticfilesystem:AccessedViaMountTarget",
        "elasticfilesystem:CreateAction",
        "iam:AWSServiceName",
        "iam:AssociatedResourceArn",
        "iam:PassedToService",
        "iam:PermissionsBoundary",
        "iam:PolicyARN",
        "iam:ResourceTag/*",
        "kms:CallerAccount",
        "kms:EncryptionContext:*",
        "kms:EncryptionContextKeys",
        "kms:GrantConstraintType",
        "kms:GrantIsForAWSResource",
        "kms:GrantOperations",
        "kms:GranteePrincipal",
        "kms:RequestAlias",
        "kms:ResourceAliases",
        "kms:RetiringPrincipal",
        "kms:ViaService",
        "s3:TlsVersion",
        "s3:delimiter",
        "s3:prefix",
        "s3:x-amz-server-side-encryption",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
        "secretsmanager:ResourceTag/*",
        "ssm:resourceTag/*",
    )
)


def is_understood(key: str) -> bool:
    return any(fnmatchcase(key.lower(), each) for each in _UNDERSTOOD)


def require_understood(statement: PolicyStatement) -> None:
    """`PolicyError` with the first key of a statement that no context is filled with."""
    keys = {key for tests in statement.conditions.values() for key in tests}
    texts = (*statement.resources, *statement.not_resources)
    values = [each for tests in statement.conditions.values() for listed in tests.values() for each in listed]
    keys |= {name for text in (*texts, *values) for name in variables_in(text)}
    for key in sorted(keys):
        if not is_understood(key):
            sid = f" of statement {statement.sid}" if statement.sid else ""
            raise PolicyError(f"condition key {key}{sid} is not understood")
