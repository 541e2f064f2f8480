"""Rules for IAM permissions: least privilege."""

import re
from collections.abc import Iterator

from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.policy_document import allowing
from gpu_cluster_policies.resources.property import UNKNOWN, Property
from gpu_cluster_policies.resources.resource import Resource, each, subjects
from gpu_cluster_policies.resources.resource_links import ResourceLink
from gpu_cluster_policies.resources.resource_types import CUSTOMER_POLICIES, ROLE
from gpu_cluster_policies.rule import Level, NotJudgedProperty, Violation, rule, stack_rule
from gpu_cluster_policies.rules.unnamed_resources import Actions, allowed, unnamed

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
_ADMINISTRATOR = re.compile(
    r"arn:[^:]*:iam::aws:policy/(?:.+/)?(?:AdministratorAccess.*|PowerUserAccess|.*FullAccess)"
)
"""Policies of AWS for the whole account, or for all actions of a service on all of its resources."""

_OF_AN_ACCOUNT = re.compile(r"arn:[^:]*:iam::\d{12}:policy/.+")

_WILD = re.compile(r"[*?]")
_READ_ONLY = re.compile(r"[a-z0-9-]+:(describe|list)[a-z]*\*", re.IGNORECASE)
"""Prefixes of actions without resource-level permissions: `ec2:Describe*`."""

_KEYS = ("key/a1b2c3d4-0000-4000-8000-0123456789ab", "key/mrk-9f8e7d6c5b4a39281706f5e4d3c2b1a0")
_PASS: Actions = {"iam:PassRole": ("iam", ("role/qx7", "role/j/0k-3"))}
_DECRYPT: Actions = {"kms:Decrypt": ("kms", _KEYS), "kms:ReEncryptFrom": ("kms", _KEYS)}


@subjects(*_DOCUMENTS, ROLE, _SSO_POLICY)
def permissions(resource: Resource) -> Iterator[Property]:
    """Identity-based policy documents."""
    if resource.kind == ROLE:
        for inline in resource.at("inlinePolicies").items():
            yield inline.at("policy")
        return
    yield resource.at("inlinePolicy" if resource.kind == _SSO_POLICY else "policy")


@rule(
    44,
    "no-wildcard-permissions",
    "IAM policies allow no whole services on all resources",
    of=permissions,
    level=Level.MANDATORY,
    references="CKV_AWS_63; trivy AWS-0057; FSBP IAM.1; cdk-nag IAM5",
    fix="name the actions or the resources; policies of the platform name both, and gpu-cluster:teams "
    "limits a team's role",
)
def no_wildcard_permissions(document: Property) -> Iterator[Violation]:
    """A service wildcard also allows future actions, including delete and pass."""
    for statement in allowing(document):
        if not statement.on_everything:
            for action in statement.actions:
                if action.text in ("*", "*:*"):
                    yield Violation(action, "named actions")
            continue
        excepted = statement.field.at("NotAction")
        if excepted.value is not None:
            yield Violation(excepted, "Action, with named actions")
        for action in statement.actions:
            if _WILD.search(action.text) and not _READ_ONLY.fullmatch(action.text):
                yield Violation(action, "named actions or named resources")


@stack_rule(
    45,
    "no-administrator-access",
    "No principal has AdministratorAccess, PowerUserAccess or full access to a service",
    of=each(*_LINKS),
    level=Level.MANDATORY,
    references="CKV_AWS_274",
    fix="attach a policy with the required actions; for access to the cluster, use "
    "gpu-cluster:cluster.access, which needs no permissions in the account",
    can_abstain=True,
)
def no_administrator_access(resource: Resource, inventory: Inventory) -> Iterator[Violation]:
    """A process with the role controls the whole account or a whole service, including keys and backups."""
    link = _LINKS[resource.kind]
    attached = resource.at(*link.key)
    given = [attached] if attached.content is UNKNOWN else attached.one_or_more()
    for policy in given:
        if policy.content is UNKNOWN:
            inventory.targets(resource, link)  # one of the stack's own is no policy of AWS
        elif _ADMINISTRATOR.fullmatch(policy.text):
            yield Violation(policy, "a policy with the required actions")
        elif _OF_AN_ACCOUNT.fullmatch(policy.text) and not inventory.targets(resource, link):
            yield NotJudgedProperty(policy, "a policy of the stack, whose statements rules see")


@rule(
    47,
    "pass-role-scoped",
    "iam:PassRole is limited to named roles",
    of=permissions,
    level=Level.MANDATORY,
    references="trivy AWS-0342",
    fix="name the roles in Resource of the statement with iam:PassRole, and the service in "
    "iam:PassedToService",
)
def pass_role_scoped(document: Property) -> Iterator[Violation]:
    """A principal that can pass any role has the permissions of the most powerful one."""
    for statement in allowing(document):
        yield from unnamed(statement, allowed(statement, _PASS), lambda _: "the roles that may be passed")


@rule(
    48,
    "no-decrypt-on-all-keys",
    "kms:Decrypt is limited to named keys",
    of=permissions,
    level=Level.MANDATORY,
    references="FSBP KMS.1; FSBP KMS.2",
    fix="name the keys in Resource of the statement with kms:Decrypt",
)
def no_decrypt_on_all_keys(document: Property) -> Iterator[Violation]:
    """Separate keys per purpose have no effect if one role can decrypt with all of them."""
    for statement in allowing(document):
        yield from unnamed(statement, allowed(statement, _DECRYPT), lambda _: "the required keys")
