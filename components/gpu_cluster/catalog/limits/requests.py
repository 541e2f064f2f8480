"""Limits on requests to AWS, checked before a resource is created or changed."""

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gpu_cluster.catalog.limits.labels import label_problem
from gpu_cluster.catalog.limits.names import NAME_LIMITS
from gpu_cluster.catalog.limits.policies import inline_policies_problem, policy_characters
from gpu_cluster.catalog.limits.service_limits import LIMITS

Parameters = Mapping[str, Any]
"""Parameters of a request by their names in the service's API."""


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A limit that a request would exceed."""

    limit: str
    """Key of `LIMITS`; name, labels, mount-targets or base64 for a limit that is not a number."""

    words: str
    """Readable message with the given value and the limit of the service."""


def request_problems(
    service: str, operation: str, parameters: Parameters, existing: Sequence[Any] = ()
) -> list[Exceeded]:
    """Limits that a request would exceed; empty if the table has no limit for the request.

    `existing` is the present content of the resource, without what the request replaces:

    - PutRolePolicy: documents of the other inline policies of the role.
    - AuthorizeSecurityGroupIngress and Egress: rules of the same direction, as IpPermissions.
    - AssociateVpcCidrBlock: IPv4 ranges of the VPC.
    - CreateMountTarget: availability zones that have a mount target of the file system, where the parameters
      have AvailabilityZoneName beside SubnetId.

    request_problems("eks", "CreateNodegroup", {"labels": {"node-role.kubernetes.io/gpu": "true"}})
    # [Exceeded("labels", "labels of node-role.kubernetes.io/ keep nodes of a managed node …")]
    """
    return [
        *_named(service, operation, parameters),
        *_tagged(parameters),
        *_checked(service, operation, parameters, existing),
    ]


_Check = Callable[[Parameters, Sequence[Any]], Iterator[Exceeded]]


def _checked(
    service: str, operation: str, parameters: Parameters, existing: Sequence[Any]
) -> Iterator[Exceeded]:
    check = _CHECKS.get((service, operation))
    if check:
        yield from check(parameters, existing)


def _named(service: str, operation: str, parameters: Parameters) -> Iterator[Exceeded]:
    parameter, resource_type = NAMES.get((service, operation), ("", ""))
    name = _text(parameters, *parameter.split("."))
    if name and len(name) > (most := NAME_LIMITS[resource_type].most):
        yield Exceeded("name", f"{parameter} {name} has {len(name)} characters, {service} takes {most}")


def _tagged(parameters: Parameters) -> Iterator[Exceeded]:
    tags = _at(parameters, ["tags"]) or _at(parameters, ["Tags"]) or ()
    yield from _within("tags", len(tags))


def _characters(limit: str, parameter: str) -> _Check:
    """White space does not count."""

    def check(parameters: Parameters, _existing: Sequence[Any]) -> Iterator[Exceeded]:
        yield from _within(limit, policy_characters(_text(parameters, parameter)))

    return check


def _length(limit: str, *path: str) -> _Check:
    def check(parameters: Parameters, _existing: Sequence[Any]) -> Iterator[Exceeded]:
        yield from _within(limit, len(_text(parameters, *path).encode()))

    return check


def _inline(parameters: Parameters, existing: Sequence[Any]) -> Iterator[Exceeded]:
    yield from _said(
        "iam-inline-policies", inline_policies_problem(_text(parameters, "PolicyDocument"), *existing)
    )


def _nodegroup(parameters: Parameters, _existing: Sequence[Any]) -> Iterator[Exceeded]:
    yield from _taints(_list(parameters, "taints"))
    yield from _labels(_map(parameters, "labels"))


def _nodegroup_config(parameters: Parameters, existing: Sequence[Any]) -> Iterator[Exceeded]:
    """An update names what it adds or changes."""
    yield from _taints([*_list(parameters, "taints", "addOrUpdateTaints"), *existing])
    yield from _labels(_map(parameters, "labels", "addOrUpdateLabels"))


def _taints(taints: Sequence[Mapping[str, str]]) -> Iterator[Exceeded]:
    yield from _within("node-group-taints", len(taints))
    for taint in taints:
        yield from _within("node-group-taint-key", len(taint.get("key", "")))


def _labels(labels: Mapping[str, str]) -> Iterator[Exceeded]:
    for key, value in labels.items():
        yield from _said("labels", label_problem(key, value))


def _cluster(parameters: Parameters, _existing: Sequence[Any]) -> Iterator[Exceeded]:
    reached = _list(parameters, "resourcesVpcConfig", "publicAccessCidrs")
    yield from _within("api-server-public-networks", len(reached))


def _rules(parameters: Parameters, existing: Sequence[Any]) -> Iterator[Exceeded]:
    """IPv4 and IPv6 are counted apart; a group as a source counts in both."""
    permissions = [*_list(parameters, "IpPermissions"), *existing]
    counts = {
        source: sum(len(_list(it, source)) for it in permissions)
        for source in ("UserIdGroupPairs", "IpRanges", "Ipv6Ranges")
    }
    most = counts["UserIdGroupPairs"] + max(counts["IpRanges"], counts["Ipv6Ranges"])
    yield from _within("security-group-rules", most)


def _ranges(parameters: Parameters, existing: Sequence[Any]) -> Iterator[Exceeded]:
    if parameters.get("CidrBlock"):
        yield from _within("vpc-cidrs", 1 + len(existing))


def _template(parameters: Parameters, _existing: Sequence[Any]) -> Iterator[Exceeded]:
    try:
        data = base64.b64decode(_text(parameters, "LaunchTemplateData", "UserData"), validate=True)
    except binascii.Error:
        yield Exceeded("base64", "the user data of an instance is not Base64")
    else:
        yield from _within("user-data", len(data))
    for interface in _list(parameters, "LaunchTemplateData", "NetworkInterfaces"):
        yield from _within("security-groups", len(_list(interface, "Groups")))


def _mount_target(parameters: Parameters, existing: Sequence[Any]) -> Iterator[Exceeded]:
    zone = parameters.get("AvailabilityZoneName")
    if zone in existing:
        words = f"the file system has a mount target in {zone}, EFS takes one in each availability zone"
        yield Exceeded("mount-targets", words)


def _within(limit: str, given: int) -> Iterator[Exceeded]:
    yield from _said(limit, LIMITS[limit].problem(given))


def _said(limit: str, words: str | None) -> Iterator[Exceeded]:
    if words:
        yield Exceeded(limit, words)


def _text(parameters: Parameters, *path: str) -> str:
    return _at(parameters, path) or ""


def _list(parameters: Parameters, *path: str) -> list[Any]:
    return _at(parameters, path) or []


def _map(parameters: Parameters, *path: str) -> dict[str, Any]:
    return _at(parameters, path) or {}


def _at(parameters: Parameters, path: Sequence[str]) -> Any:
    """The value at a path; None where it is not given, at whatever depth."""
    *above, last = path
    for step in above:
        parameters = _at(parameters, [step]) or {}
    return parameters.get(last)


_CHECKS: Mapping[tuple[str, str], _Check] = {
    ("ec2", "AssociateVpcCidrBlock"): _ranges,
    ("ec2", "AuthorizeSecurityGroupEgress"): _rules,
    ("ec2", "AuthorizeSecurityGroupIngress"): _rules,
    ("ec2", "CreateLaunchTemplate"): _template,
    ("ec2", "CreateLaunchTemplateVersion"): _template,
    ("ecr", "PutLifecyclePolicy"): _length("ecr-lifecycle-policy", "lifecyclePolicyText"),
    ("ecr", "SetRepositoryPolicy"): _length("ecr-repository-policy", "policyText"),
    ("efs", "CreateAccessPoint"): _length("access-point-path", "RootDirectory", "Path"),
    ("efs", "CreateMountTarget"): _mount_target,
    ("efs", "PutFileSystemPolicy"): _length("efs-policy", "Policy"),
    ("eks", "CreateCluster"): _cluster,
    ("eks", "CreateNodegroup"): _nodegroup,
    ("eks", "UpdateClusterConfig"): _cluster,
    ("eks", "UpdateNodegroupConfig"): _nodegroup_config,
    ("iam", "CreatePolicy"): _characters("iam-managed-policy", "PolicyDocument"),
    ("iam", "CreatePolicyVersion"): _characters("iam-managed-policy", "PolicyDocument"),
    ("iam", "CreateRole"): _characters("iam-trust-policy", "AssumeRolePolicyDocument"),
    ("iam", "PutRolePolicy"): _inline,
    ("iam", "UpdateAssumeRolePolicy"): _characters("iam-trust-policy", "PolicyDocument"),
    ("kms", "CreateKey"): _length("kms-key-policy", "Policy"),
    ("kms", "PutKeyPolicy"): _length("kms-key-policy", "Policy"),
    ("s3", "PutBucketPolicy"): _length("s3-bucket-policy", "Policy"),
    ("sqs", "SetQueueAttributes"): _length("sqs-policy", "Attributes", "Policy"),
}

NAMES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("backup", "CreateBackupPlan"): ("BackupPlan.BackupPlanName", "aws:backup/plan:Plan"),
    ("backup", "CreateBackupSelection"): (
        "BackupSelection.SelectionName",
        "aws:backup/selection:Selection",
    ),
    ("backup", "CreateBackupVault"): ("BackupVaultName", "aws:backup/vault:Vault"),
    ("budgets", "CreateBudget"): ("Budget.BudgetName", "aws:budgets/budget:Budget"),
    ("ec2", "CreateLaunchTemplate"): ("LaunchTemplateName", "aws:ec2/launchTemplate:LaunchTemplate"),
    ("ec2", "CreateSecurityGroup"): ("GroupName", "aws:ec2/securityGroup:SecurityGroup"),
    ("ecr", "CreateRepository"): ("repositoryName", "aws:ecr/repository:Repository"),
    ("efs", "CreateFileSystem"): ("CreationToken", "aws:efs/fileSystem:FileSystem"),
    ("eks", "CreateCluster"): ("name", "aws:eks/cluster:Cluster"),
    ("eks", "CreateNodegroup"): ("nodegroupName", "aws:eks/nodeGroup:NodeGroup"),
    ("events", "PutRule"): ("Name", "aws:cloudwatch/eventRule:EventRule"),
    ("iam", "CreateInstanceProfile"): ("InstanceProfileName", "aws:iam/instanceProfile:InstanceProfile"),
    ("iam", "CreatePolicy"): ("PolicyName", "aws:iam/policy:Policy"),
    ("iam", "CreateRole"): ("RoleName", "aws:iam/role:Role"),
    ("iam", "PutRolePolicy"): ("PolicyName", "aws:iam/rolePolicy:RolePolicy"),
    ("kms", "CreateAlias"): ("AliasName", "aws:kms/alias:Alias"),
    ("logs", "CreateLogGroup"): ("logGroupName", "aws:cloudwatch/logGroup:LogGroup"),
    ("s3", "CreateBucket"): ("Bucket", "aws:s3/bucket:Bucket"),
    ("sns", "CreateTopic"): ("Name", "aws:sns/topic:Topic"),
    ("sqs", "CreateQueue"): ("QueueName", "aws:sqs/queue:Queue"),
}
"""Parameter that has the name, and the type whose limit it is."""
