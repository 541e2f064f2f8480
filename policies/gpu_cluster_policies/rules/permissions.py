"""Rules for what IAM permits: no more than a task needs, on what it needs."""

import re
from collections.abc import Iterator

from gpu_cluster_policies.inventory import Inventory
from gpu_cluster_policies.policy_document import Statement, allowing
from gpu_cluster_policies.property import UNKNOWN, Property
from gpu_cluster_policies.resource import Resource, each, subjects
from gpu_cluster_policies.resource_links import ResourceLink
from gpu_cluster_policies.resource_types import CUSTOMER_POLICIES, ROLE
from gpu_cluster_policies.rule import Level, Violation, rule, stack_rule

_ATTACHMENTS = frozenset(
    (
        "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
        "aws:iam/policyAttachment:PolicyAttachment",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    )
)
_EXCLUSIVE_ATTACHMENTS = frozenset(
    (
        "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive",
        "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
        "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
    )
)
_SSO_ATTACHMENT = "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
_SSO_POLICY = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
_DOCUMENTS = (
    "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/userPolicy:UserPolicy",
)
_LINKS = {
    **{kind: ResourceLink(_ATTACHMENTS, ("policyArn",), CUSTOMER_POLICIES) for kind in _ATTACHMENTS},
    **{
        kind: ResourceLink(_EXCLUSIVE_ATTACHMENTS, ("policyArns",), CUSTOMER_POLICIES)
        for kind in _EXCLUSIVE_ATTACHMENTS
    },
    ROLE: ResourceLink(frozenset((ROLE,)), ("managedPolicyArns",), CUSTOMER_POLICIES),
    _SSO_ATTACHMENT: ResourceLink(frozenset((_SSO_ATTACHMENT,)), ("managedPolicyArn",), CUSTOMER_POLICIES),
}
_ADMINISTRATOR = re.compile(r"arn:[^:]*:iam::aws:policy/AdministratorAccess")
_READ_ONLY = re.compile(r"[a-z0-9-]+:(describe|list)[a-z]*\*", re.IGNORECASE)
"""Actions that AWS has for whole accounts only, by the beginning of their names: `ec2:Describe*`."""

_ALL_ROLES = re.compile(r"arn:[^:]*:iam:[^:]*:[^:]*:(\*|role/\*+)")
_ALL_KEYS = re.compile(r"arn:[^:]*:kms:[^:]*:[^:]*:(\*|key/\*+)")
_DECRYPT = ("kms:Decrypt", "kms:ReEncryptFrom")


@subjects(*_DOCUMENTS, ROLE, _SSO_POLICY)
def _permissions(resource: Resource) -> Iterator[Property]:
    """Documents that permit something to whom they belong."""
    if resource.kind == ROLE:
        for inline in resource.at("inlinePolicies").items():
            yield inline.at("policy")
        return
    yield resource.at("inlinePolicy" if resource.kind == _SSO_POLICY else "policy")


@rule(
    44,
    "no-wildcard-permissions",
    "IAM policies allow no whole services on all resources",
    of=_permissions,
    level=Level.MANDATORY,
    references="CKV_AWS_63; trivy AWS-0057; FSBP IAM.1; cdk-nag IAM5",
    fix="name the actions, or the resources; what the platform makes names both, "
    "and a team's role is limited by gpu-cluster:teams",
)
def no_wildcard_permissions(document: Property) -> Iterator[Violation]:
    """All that AWS adds to the service is allowed as well, to delete and to pass on included."""
    for statement in allowing(document):
        if not statement.on_everything:
            for action in statement.actions:
                if action.text in ("*", "*:*"):
                    yield Violation(action, "actions that are named")
            continue
        excepted = statement.field.at("NotAction")
        if excepted.value is not None:
            yield Violation(excepted, "Action, with actions that are named")
        for action in statement.actions:
            if "*" in action.text and not _READ_ONLY.fullmatch(action.text):
                yield Violation(action, "actions that are named, or resources that are")


@stack_rule(
    45,
    "no-administrator-access",
    "No principal has AdministratorAccess",
    of=each(*_LINKS),
    level=Level.MANDATORY,
    references="CKV_AWS_274",
    fix="attach a policy with the actions that are needed; "
    "who may use the cluster is said in gpu-cluster:cluster.access, which needs no rights in the account",
)
def no_administrator_access(resource: Resource, inventory: Inventory) -> Iterator[Violation]:
    """A process that takes over the role owns the account, with every key, bill and backup in it."""
    link = _LINKS[resource.kind]
    attached = resource.at(*link.key)
    given = [attached] if attached.content is UNKNOWN else attached.one_or_more()
    for policy in given:
        if policy.content is UNKNOWN:
            inventory.targets(resource, link)  # one of the stack's own is no policy of AWS
        elif _ADMINISTRATOR.fullmatch(policy.text):
            yield Violation(policy, "a policy with the actions that are needed")


@rule(
    47,
    "pass-role-scoped",
    "iam:PassRole is limited to named roles",
    of=_permissions,
    level=Level.MANDATORY,
    references="trivy AWS-0342",
    fix="name the roles in Resource of the statement with iam:PassRole, "
    "and who gets them by iam:PassedToService",
)
def pass_role_scoped(document: Property) -> Iterator[Violation]:
    """A principal that may start a server with any role has the rights of the strongest."""
    for statement in allowing(document):
        if statement.may("iam:PassRole"):
            yield from _too_many(statement, _ALL_ROLES, "the roles that may be passed on")


@rule(
    48,
    "no-decrypt-on-all-keys",
    "kms:Decrypt is limited to named keys",
    of=_permissions,
    level=Level.MANDATORY,
    references="FSBP KMS.1; FSBP KMS.2",
    fix="name the keys in Resource of the statement with kms:Decrypt",
)
def no_decrypt_on_all_keys(document: Property) -> Iterator[Violation]:
    """A key of its own for each purpose is of no use if one role reads them all."""
    for statement in allowing(document):
        if any(statement.may(action) for action in _DECRYPT):
            yield from _too_many(statement, _ALL_KEYS, "the keys that it needs")


def _too_many(statement: Statement, pattern: re.Pattern[str], expected: str) -> Iterator[Violation]:
    """Resources of a statement that are everything, or everything of a kind."""
    excepted = statement.field.at("NotResource")
    if excepted.value is not None:
        yield Violation(excepted, f"Resource, with {expected}")
    for resource in statement.resources:
        if resource.text == "*" or pattern.fullmatch(resource.text):
            yield Violation(resource, expected)
