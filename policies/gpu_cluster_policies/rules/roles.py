"""Rules for IAM roles: trust policies, and ECR access of node roles."""

import re
from collections.abc import Iterator

from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.oidc_subject import is_bound, wanted_of
from gpu_cluster_policies.resources.policy_document import Condition, Statement, allowing
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, each
from gpu_cluster_policies.resources.resource_links import ResourceLink
from gpu_cluster_policies.resources.resource_types import CUSTOMER_POLICIES, NODE_GROUP, ROLE
from gpu_cluster_policies.rule import Level, Violation, rule, stack_rule

_ROLES = frozenset((ROLE,))
_ENTRY = "aws:eks/accessEntry:AccessEntry"
_NODES = ResourceLink(frozenset((NODE_GROUP,)), ("nodeRoleArn",), _ROLES)
_ENTRIES = ResourceLink(frozenset((_ENTRY,)), ("principalArn",), _ROLES)
_INLINE = ResourceLink(frozenset(("aws:iam/rolePolicy:RolePolicy",)), ("role",), _ROLES)
_ATTACHED = ResourceLink(frozenset(("aws:iam/rolePolicyAttachment:RolePolicyAttachment",)), ("role",), _ROLES)
_ATTACHED_TO_SEVERAL = ResourceLink(
    frozenset(("aws:iam/policyAttachment:PolicyAttachment",)), ("roles",), _ROLES
)
_POLICY = ResourceLink(_ATTACHED.of | _ATTACHED_TO_SEVERAL.of, ("policyArn",), CUSTOMER_POLICIES)

_OF_AWS = re.compile(r"arn:[^:]*:iam::aws:policy/(.+/)?([^/]+)")
_WRITE_BY_NAME = (
    "AdministratorAccess",
    "AmazonEC2ContainerRegistryFullAccess",
    "AmazonEC2ContainerRegistryPowerUser",
    "AmazonElasticContainerRegistryPublicFullAccess",
    "AmazonElasticContainerRegistryPublicPowerUser",
    "PowerUserAccess",
)
_WRITES = (
    "ecr:PutImage",
    "ecr:UploadLayerPart",
    "ecr:BatchDeleteImage",
    "ecr:DeleteRepository",
    "ecr:SetRepositoryPolicy",
    "ecr:PutImageTagMutability",
    "ecr:PutLifecyclePolicy",
    "ecr-public:PutImage",
)

_POD_IDENTITY = "pods.eks.amazonaws.com"
_POD_TAGS = ("aws:requesttag/kubernetes-namespace", "aws:requesttag/kubernetes-service-account")


@stack_rule(
    22,
    "nodes-only-read-images",
    "Nodes have read-only access to ECR",
    of=each(ROLE),
    level=Level.MANDATORY,
    references="CIS 5.1.3; C-0223",
    fix="use the node role of gpu-cluster:pools; push images from a pipeline with its own role",
)
def nodes_only_read_images(role: Resource, inventory: Inventory) -> Iterator[Violation]:
    """A compromised node with write access could replace images that all nodes use."""
    if not _is_of_nodes(role, inventory):
        return
    for inline in role.at("inlinePolicies").items():
        yield from _writing(inline.at("policy"))
    for policy in inventory.all_linked(role, _INLINE):
        yield from _writing(policy.at("policy"))
    for arn in role.at("managedPolicyArns").items():
        yield from _writing_by_name(arn)
    for link in (_ATTACHED, _ATTACHED_TO_SEVERAL):
        for attachment in inventory.all_linked(role, link):
            own = inventory.targets(attachment, _POLICY)
            for policy in own:
                yield from _writing(policy.at("policy"))
            if not own:
                yield from _writing_by_name(attachment.at("policyArn"))


@rule(
    46,
    "trust-bound",
    "IAM roles trust one service account, one service or named principals",
    of=each(ROLE),
    level=Level.MANDATORY,
    references="CKV_AWS_60; CIS 5.2.1; C-0225",
    fix="bind the role to a namespace and service account: for Pod Identity with aws:RequestTag "
    "conditions, for OIDC with StringEquals on the issuer's :sub; for a pipeline, include repository "
    "and branch",
)
def trust_bound(role: Resource) -> Iterator[Violation]:
    """Any pod, or any principal, could assume the role."""
    document = role.at("assumeRolePolicy")
    for statement in allowing(document):
        yield from _unbound(statement)


def _is_of_nodes(role: Resource, inventory: Inventory) -> bool:
    entries = inventory.linked(role, _ENTRIES)
    joins = any(entry.at("type").text.startswith(("EC2", "HYBRID")) for entry in entries)
    return joins or bool(inventory.linked(role, _NODES))


def _writing(document: Property) -> Iterator[Violation]:
    for statement in allowing(document):
        written = [action for action in _WRITES if statement.may(action)]
        if written:
            expected = "read actions, such as ecr:BatchGetImage"
            yield Violation(statement.field, expected, actual=f"a policy that allows {written[0]}")


def _writing_by_name(arn: Property) -> Iterator[Violation]:
    of_aws = _OF_AWS.fullmatch(arn.text)
    if not of_aws:
        yield Violation(arn, "an AWS managed policy or one of the stack, because others are unknown")
    elif of_aws[2] in _WRITE_BY_NAME:
        yield Violation(arn, "AmazonEC2ContainerRegistryPullOnly")


def _unbound(statement: Statement) -> Iterator[Violation]:
    conditions = list(statement.conditions)
    if statement.is_for_anybody:
        yield Violation(statement.field, "named principals", actual="open to all principals")
    for kind, principal in statement.principals:
        if kind == "Federated":
            yield from _any_subject(conditions, principal)
        if kind == "Service" and principal.text == _POD_IDENTITY and not _binds_pod(conditions):
            expected = "bound by aws:RequestTag/kubernetes-namespace and …/kubernetes-service-account"
            yield Violation(principal, expected, actual=f"{principal.shown}, any pod")


def _any_subject(conditions: list[Condition], issuer: Property) -> Iterator[Violation]:
    """Identity providers whose tokens are accepted for any subject.

    For SAML, the audience, which AWS sets, must be compared.
    """
    if ":saml-provider/" in issuer.text:
        if not any(condition.key == "saml:aud" and condition.compares for condition in conditions):
            yield Violation(issuer, "bound by saml:aud", actual=f"{issuer.shown}, for any audience")
        return
    subjects = [c for c in conditions if c.key.endswith(":sub") and c.compares]
    if any(all(_is_bound(issuer, c, value) for value in c.values) for c in subjects if c.values):
        return  # conditions hold together, so one of them is enough
    patterns = [value for condition in subjects for value in condition.values]
    wanted = wanted_of(issuer.text, [value.text for value in patterns])
    for condition in subjects:
        for value in condition.values:
            if not _is_bound(issuer, condition, value):
                yield Violation(value, wanted)
    if not patterns:
        expected = f"bound by StringEquals on the issuer's :sub to {wanted}"
        yield Violation(issuer, expected, actual=f"{issuer.shown}, any subject")


def _is_bound(issuer: Property, condition: Condition, value: Property) -> bool:
    return is_bound(issuer.text, value.text, expands=condition.operator in ("stringlike", "arnlike"))


def _binds_pod(conditions: list[Condition]) -> bool:
    bound = {
        condition.key
        for condition in conditions
        if condition.compares and not any(set(value.text) & {"*", "?"} for value in condition.values)
    }
    return all(tag in bound for tag in _POD_TAGS)
