"""Rule for policies of resources that other accounts may call: queues, topics, file systems, secrets."""

from collections.abc import Iterator, Mapping

from gpu_cluster_policies.resources.policy_document import Statement, for_anybody
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, subjects
from gpu_cluster_policies.rule import Level, Violation, rule

_LAMBDA = "aws:lambda/permission:Permission"
_AMI = "aws:ec2/amiLaunchPermission:AmiLaunchPermission"
_POLICIES: Mapping[str, str] = {
    "aws:backup/vaultPolicy:VaultPolicy": "policy",
    "aws:efs/fileSystemPolicy:FileSystemPolicy": "policy",
    "aws:s3/accessPoint:AccessPoint": "policy",
    "aws:s3/bucket:Bucket": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:s3control/accessPointPolicy:AccessPointPolicy": "policy",
    "aws:secretsmanager/secret:Secret": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:sns/topic:Topic": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queue:Queue": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
    _AMI: "group",
    _LAMBDA: "principal",
}
"""Property with the policy, or with the principal, by type. Rules 20 and 41 judge those of ECR and KMS."""

_MOUNTED = "elasticfilesystem:accessedviamounttarget"


@subjects(*_POLICIES)
def _policies(resource: Resource) -> Iterator[tuple[str, Property]]:
    yield resource.kind, resource.at(_POLICIES[resource.kind])


@rule(
    109,
    "resource-policies-not-public",
    "Policies of resources are not public",
    of=_policies,
    level=Level.MANDATORY,
    references="CKV_AWS_70; CKV_AWS_168; CKV_AWS_169; CKV_AWS_301",
    fix="name the accounts, roles or services, or add a condition such as aws:PrincipalOrgID or "
    "aws:SourceAccount",
)
def resource_policies_not_public(given: tuple[str, Property]) -> Iterator[Violation]:
    """Any AWS account could read, write or start it, whatever the account's own roles may do."""
    kind, field = given
    if kind in (_AMI, _LAMBDA):
        if field.value in ("all", "*"):
            yield Violation(field, "a named account or service")
        return
    for statement in for_anybody(field) if field.value is not None else ():
        if not _needs_mount_target(statement):
            yield Violation(statement.field, "named accounts or roles", actual="open to all principals")


def _needs_mount_target(statement: Statement) -> bool:
    """Whether it is for clients of an EFS mount target, which security groups limit."""
    return any(
        condition.key == _MOUNTED
        and condition.operator == "bool"
        and [str(value.value).lower() for value in condition.values] == ["true"]
        for condition in statement.conditions
    )
