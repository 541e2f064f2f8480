"""Rules for IAM permissions that grant other permissions, or read all data of an account."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gpu_cluster_policies.resources.policy_document import Statement, allowing, matches_all
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.rule import Level, Violation, rule
from gpu_cluster_policies.rules.permissions import permissions

_ROLE = ("role/qx7", "role/j/0k-3")
_USER = ("user/qx7", "user/j/0k-3")
_GROUP = ("group/qx7", "group/j/0k-3")
_POLICY = ("policy/qx7", "policy/j/0k-3")
_INSTANCE = ("instance/i-0a1b2c3d4e5f60718", "instance/i-9f8e7d6c5b4a39281")
_CLUSTER = ("cluster/qx7", "cluster/j0k-3")
_ENTRY = ("access-entry/qx7/role/1/a/0", "access-entry/j0k-3/user/2/b/9")
_FUNCTION = ("function:qx7", "function:j0k-3")

_ESCALATES: Mapping[str, tuple[str, Sequence[str]]] = {
    "eks:AssociateAccessPolicy": ("eks", _ENTRY),
    "eks:CreateAccessEntry": ("eks", _CLUSTER),
    "iam:AddUserToGroup": ("iam", _GROUP),
    "iam:AttachGroupPolicy": ("iam", _GROUP),
    "iam:AttachRolePolicy": ("iam", _ROLE),
    "iam:AttachUserPolicy": ("iam", _USER),
    "iam:CreateAccessKey": ("iam", _USER),
    "iam:CreateLoginProfile": ("iam", _USER),
    "iam:CreatePolicyVersion": ("iam", _POLICY),
    "iam:DeleteRolePermissionsBoundary": ("iam", _ROLE),
    "iam:DeleteUserPermissionsBoundary": ("iam", _USER),
    "iam:PutGroupPolicy": ("iam", _GROUP),
    "iam:PutRolePermissionsBoundary": ("iam", _ROLE),
    "iam:PutRolePolicy": ("iam", _ROLE),
    "iam:PutUserPermissionsBoundary": ("iam", _USER),
    "iam:PutUserPolicy": ("iam", _USER),
    "iam:SetDefaultPolicyVersion": ("iam", _POLICY),
    "iam:UpdateAssumeRolePolicy": ("iam", _ROLE),
    "iam:UpdateLoginProfile": ("iam", _USER),
    "lambda:UpdateFunctionCode": ("lambda", _FUNCTION),
    "ssm:SendCommand": ("ec2", _INSTANCE),
    "ssm:StartSession": ("ec2", _INSTANCE),
    "sts:AssumeRole": ("iam", _ROLE),
}
"""Actions that give a principal the permissions of another, with the service and names of their resources.

Source: rhinosecuritylabs.com, AWS IAM privilege escalation methods and mitigation; Service Authorization
Reference, resource types of IAM, STS, EKS, Systems Manager and Lambda; both read 2026-11-30.
"""

_READS: Mapping[str, tuple[str, Sequence[str]]] = {
    "s3:GetObject": ("s3", ("qx7/a", "j0k-3/b/9")),
    "secretsmanager:GetSecretValue": ("secretsmanager", ("secret:qx7-a1b2c3", "secret:j/0k-3-d4e5f6")),
    "ssm:GetParameter": ("ssm", ("parameter/qx7", "parameter/j/0k-3")),
    "ssm:GetParameters": ("ssm", ("parameter/qx7", "parameter/j/0k-3")),
    "ssm:GetParametersByPath": ("ssm", ("parameter/qx7", "parameter/j/0k-3")),
}
"""Actions that read the data of an account, with the service and names of their resources."""

_BOUNDED = ("iam:permissionsboundary", "iam:policyarn")
_SHOWN = 4
_TAGGED = ("aws:resourcetag/", "iam:resourcetag/", "ssm:resourcetag/")


@rule(
    110,
    "no-iam-escalation",
    "IAM policies do not allow privilege escalation",
    of=permissions,
    level=Level.MANDATORY,
    references="CKV_AWS_286; CKV_AWS_110; prowler iam_policy_allows_privilege_escalation; "
    "Rhino Security Labs: AWS IAM privilege escalation",
    fix="name the roles, users, policies or instances in Resource, or require a permissions boundary by the "
    "condition iam:PermissionsBoundary",
)
def no_iam_escalation(document: Property) -> Iterator[Violation]:
    """A principal that can change any role, assume any role or run commands on any instance has the
    permissions of the most powerful one."""
    yield from _on_all_resources(document, _ESCALATES)


@rule(
    114,
    "no-reading-of-all-data",
    "IAM policies do not allow reading all objects, secrets or parameters",
    of=permissions,
    level=Level.MANDATORY,
    references="CKV_AWS_287; CKV_AWS_288; CKV_AWS_107; CKV_AWS_108",
    fix="name the buckets, secrets or parameters in Resource",
)
def no_reading_of_all_data(document: Property) -> Iterator[Violation]:
    """A compromised workload could read the models, secrets and settings of all others."""
    yield from _on_all_resources(document, _READS)


def _on_all_resources(
    document: Property, known: Mapping[str, tuple[str, Sequence[str]]]
) -> Iterator[Violation]:
    for statement in allowing(document):
        if not _is_bounded(statement):
            yield from _unnamed(statement, known)


def _is_bounded(statement: Statement) -> bool:
    """Whether a condition limits which permissions are granted, or whose."""
    return any(
        condition.compares
        and (condition.key in _BOUNDED or condition.key.startswith(_TAGGED))
        and not any(value.text == "*" for value in condition.values)
        for condition in statement.conditions
    )


def _unnamed(statement: Statement, known: Mapping[str, tuple[str, Sequence[str]]]) -> Iterator[Violation]:
    """Wildcard resources of these actions."""
    actions = _allowed(statement, known)
    if not actions:
        return
    excepted = statement.field.at("NotResource")
    if excepted.value is not None:
        yield Violation(excepted, f"Resource, with named ones for {actions[0]}")
    for resource in statement.resources:
        wide = [it for it in actions if matches_all(resource.text, *known[it])]
        if wide:
            shown = [*wide[:_SHOWN], *([f"{len(wide) - _SHOWN} more"] if len(wide) > _SHOWN else [])]
            yield Violation(resource, f"named ones for {', '.join(shown)}")


def _allowed(statement: Statement, known: Iterable[str]) -> list[str]:
    """Actions that it allows; without those of wildcards on all resources, which are findings of rule 44."""
    named = {action.text.lower() for action in statement.actions}
    every = statement.on_everything is None
    return [it for it in known if (statement.may(it) if every else it.lower() in named)]
