"""Forward access sessions: services use KMS keys on behalf of their callers, subject to the key's policy.

Sources, read 2026-11-28:
- EKS: user guide, "Encrypt Kubernetes secrets with KMS" and "Create an Amazon EKS cluster": who creates the
  cluster needs kms:DescribeKey and kms:CreateGrant on the key, and the condition kms:GrantIsForAWSResource is
  not supported for it.
- EC2 Auto Scaling: user guide, "Required AWS KMS key policy for use with encrypted volumes": the
  service-linked role uses the key, and grants it with kms:GrantIsForAWSResource.
- EBS: user guide, "Requirements for Amazon EBS encryption": who starts instances or creates volumes uses
  the key through EC2.
- EC2 Spot: user guide, "Service-linked role for EC2 Spot Instance requests": the role needs a grant on a
  customer managed key; requests by the API need the role to exist.
- CloudWatch Logs: user guide, "Encrypt log data using AWS KMS": the service itself uses the key, with the ARN
  of the log group as encryption context.
- EFS, FSx, ECR, AWS Backup: "encryption at rest" of each guide: kms:DescribeKey and kms:CreateGrant by the
  caller, through the service (kms:ViaService), with kms:GrantIsForAWSResource; the other actions are those of
  AWS::EFS::FileSystem, AWS::ECR::Repository and AWS::Backup::BackupVault in the CloudFormation registry,
  2026-11-30.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gpu_cluster_tools.rehearsal.aws.iam import account_state
from gpu_cluster_tools.rehearsal.aws.iam.evaluation import Caller
from gpu_cluster_tools.rehearsal.aws.iam.instance_launches import volume_keys
from gpu_cluster_tools.rehearsal.aws.iam.linked_roles import linked_role
from gpu_cluster_tools.rehearsal.aws.iam.matching import Context
from gpu_cluster_tools.rehearsal.aws.iam.parameters import values_at
from gpu_cluster_tools.rehearsal.aws.iam.principals import caller
from gpu_cluster_tools.rehearsal.aws.iam.required_permissions import (
    SPOT,
    OperationRequest,
    RequiredPermission,
    asks_for_spot,
)
from gpu_cluster_tools.rehearsal.aws.iam.resources import ResourceScope


@dataclass(frozen=True)
class _Use:
    path: str
    """Path of the key in the request."""

    actions: tuple[str, ...]
    via: str = ""
    """Calling service (kms:ViaService) without region; empty for direct calls of the caller."""

    for_aws: bool = False
    """True if its grant is for an AWS resource (kms:GrantIsForAWSResource)."""


_GRANTED = ("DescribeKey", "CreateGrant")
_USES: Mapping[str, _Use] = {
    "eks:CreateCluster": _Use("encryptionConfig.provider.keyArn", _GRANTED),
    "backup:CreateBackupVault": _Use(
        "EncryptionKeyArn",
        ("DescribeKey", "CreateGrant", "GenerateDataKey", "Decrypt", "RetireGrant"),
        "backup",
        True,
    ),
    "ecr:CreateRepository": _Use("encryptionConfiguration.kmsKey", (*_GRANTED, "RetireGrant"), "ecr", True),
    "elasticfilesystem:CreateFileSystem": _Use(
        "KmsKeyId", (*_GRANTED, "GenerateDataKeyWithoutPlaintext"), "elasticfilesystem", True
    ),
    "fsx:CreateFileSystem": _Use("KmsKeyId", _GRANTED, "fsx", True),
}
_ENCRYPTING = ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey", "DescribeKey")
_STARTING = ("DescribeKey", "GenerateDataKeyWithoutPlaintext", "Decrypt", "CreateGrant")

Behalf = tuple[Caller, RequiredPermission]
"""Effective caller and required permission."""


def forward_access_requests(asking: Caller, request: OperationRequest) -> Iterator[Behalf]:
    """The calls that follow from a request before it is answered."""
    where = request.where
    if use := _USES.get(request.name):
        for key in _keys(values_at(request.parameters, use.path), where):
            context = _via(use.via, where, for_aws=use.for_aws)
            yield from ((asking, RequiredPermission(f"kms:{action}", key, context)) for action in use.actions)
    if request.name in ("ec2:CreateFleet", "ec2:CreateVolume", "ec2:RunInstances"):
        for key in _keys(volume_keys(request.parameters, where), where):
            context = _via("ec2", where, for_aws=True)
            yield from ((asking, RequiredPermission(f"kms:{action}", key, context)) for action in _STARTING)
            if asks_for_spot(request):
                requests = caller(linked_role(where.account, SPOT))
                yield requests, RequiredPermission("kms:CreateGrant", key, context)
    if request.name in ("logs:CreateLogGroup", "logs:AssociateKmsKey"):
        [*names] = values_at(request.parameters, "logGroupName")
        group = f"arn:aws:logs:{where.region}:{where.account}:log-group:{''.join(names)}"
        service = caller(f"logs.{where.region}.amazonaws.com")
        context = {
            "kms:encryptioncontext:aws:logs:arn": (group,),
            "kms:encryptioncontextkeys": ("aws:logs:arn",),
        }
        for key in _keys(values_at(request.parameters, "kmsKeyId"), where):
            yield from (
                (service, RequiredPermission(f"kms:{action}", key, context)) for action in _ENCRYPTING
            )


def starting_with(keys: list[str], where: ResourceScope, *, spot: bool) -> Iterator[Behalf]:
    """Uses of volume keys by Auto Scaling when it starts instances."""
    for key in _keys(keys, where):
        scaling = caller(linked_role(where.account, "autoscaling.amazonaws.com"))
        context = _via("", where, for_aws=True)
        yield from ((scaling, RequiredPermission(f"kms:{action}", key, context)) for action in _STARTING)
        if spot:
            requests = caller(linked_role(where.account, SPOT))
            yield requests, RequiredPermission("kms:CreateGrant", key, context)


def _via(service: str, where: ResourceScope, *, for_aws: bool) -> Context:
    context = {"kms:grantisforawsresource": (str(for_aws).lower(),)}
    return context | ({"kms:viaservice": (f"{service}.{where.region}.amazonaws.com",)} if service else {})


def _keys(given: list[str], where: ResourceScope) -> Iterator[str]:
    """The ARNs of customer managed keys; keys of AWS have policies of their own."""
    for each in given:
        id = account_state.key_id(each, where.account, where.region)
        if not id.startswith("alias/"):
            region = each.split(":")[3] if each.startswith("arn:") else where.region
            yield f"arn:aws:kms:{region}:{where.account}:key/{id}"
