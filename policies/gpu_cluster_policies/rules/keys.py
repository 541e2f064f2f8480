"""Rules for KMS keys: rotation, deletion window and key policies."""

from collections.abc import Iterator

from gpu_cluster_policies.customer_key import ALIASES, KEYS
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.policy_document import Statement, for_anybody, statements
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, each, subjects
from gpu_cluster_policies.resources.resource_links import ResourceLink
from gpu_cluster_policies.resources.resource_types import CLUSTER
from gpu_cluster_policies.rule import Level, Violation, rule, should_be, stack_rule

_KEY = "aws:kms/key:Key"
_KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"
_ENCRYPTS = ResourceLink(frozenset((CLUSTER,)), ("encryptionConfig", "provider", "keyArn"), KEYS | ALIASES)
_CALLED = ResourceLink(ALIASES, ("targetKeyId",), KEYS)
_POLICY_OF = ResourceLink(frozenset((_KEY_POLICY,)), ("keyId",), KEYS)
_FOR_RESOURCES = "kms:grantisforawsresource"
_OF_CREATE_CLUSTER = ("kms:CreateGrant", "kms:DescribeKey")
_DAYS = 30  # the longest that KMS waits
_LEAVE = "use the platform's KMS keys, one per purpose"


@rule(
    40,
    "key-rotation",
    "KMS keys rotate automatically",
    of=each(_KEY),
    level=Level.MANDATORY,
    references="CKV_AWS_7; trivy AWS-0065; FSBP KMS.4; cdk-nag KMS5; pulumi compliance-policies",
    fix=f"{_LEAVE}; otherwise set enableKeyRotation",
)
def key_rotation(key: Resource) -> Iterator[Violation]:
    """Rotation limits the data that a compromised key version can decrypt."""
    symmetric = key.at("customerMasterKeySpec").value in (None, "SYMMETRIC_DEFAULT")
    for_data = key.at("keyUsage").value in (None, "ENCRYPT_DECRYPT")
    if not (symmetric and for_data) or key.at("customKeyStoreId").value is not None:
        return  # KMS cannot rotate these
    yield from should_be(key.at("enableKeyRotation"), True)


@subjects(_KEY_POLICY, *KEYS)
def _policies(resource: Resource) -> Iterator[Property]:
    yield resource.at("policy")


@rule(
    41,
    "no-wildcard-key-principal",
    "KMS key policies have no wildcard principal",
    of=_policies,
    level=Level.MANDATORY,
    references="CKV_AWS_33; FSBP KMS.5",
    fix=f"{_LEAVE}; otherwise name the roles, or add a condition such as kms:CallerAccount",
)
def no_wildcard_key_principal(policy: Property) -> Iterator[Violation]:
    """Any AWS account could use the key to decrypt data."""
    for statement in for_anybody(policy):
        yield Violation(statement.field, "named accounts or roles", actual="open to all principals")


@rule(
    42,
    "key-deletion-window",
    "KMS keys have a deletion window of 30 days",
    of=each(*KEYS),
    level=Level.PRODUCTION,
    references="FSBP KMS.3",
    fix=f"{_LEAVE}; otherwise remove deletionWindowInDays, or set it to 30",
)
def key_deletion_window(key: Resource) -> Iterator[Violation]:
    """Data encrypted with a deleted key is lost, and the need for an old key may be noticed only weeks
    later."""
    window = key.at("deletionWindowInDays")
    if window.value is not None and window.value != _DAYS:
        yield Violation(window, f"{_DAYS}")


@stack_rule(
    94,
    "cluster-key-grants",
    "The KMS key of an EKS cluster allows CreateGrant without kms:GrantIsForAWSResource",
    of=each(CLUSTER),
    level=Level.MANDATORY,
    references="Amazon EKS user guide: enable-kms",
    fix=f"{_LEAVE}; otherwise allow the account kms:CreateGrant and kms:DescribeKey without that condition",
)
def cluster_key_grants(cluster: Resource, inventory: Inventory) -> Iterator[Violation]:
    """CreateCluster does not support the condition; EKS refuses the key and creates no cluster."""
    for key in _keys_of(cluster, inventory):
        for holder in inventory.linked(key, _POLICY_OF) or (key,):  # a KeyPolicy replaces that of its key
            yield from _refuses_a_cluster(holder.at("policy"))


def _keys_of(cluster: Resource, inventory: Inventory) -> Iterator[Resource]:
    for found in inventory.targets(cluster, _ENCRYPTS):
        yield from inventory.targets(found, _CALLED) if found.kind in ALIASES else (found,)


def _refuses_a_cluster(policy: Property) -> Iterator[Violation]:
    """A key without a policy has the KMS default policy, which delegates to IAM."""
    if policy.value is None:
        return
    found = statements(policy)
    plain = [it for it in found if it.allows and not _about_resources(it)]
    for action in _OF_CREATE_CLUSTER:
        if not any(it.may(action) for it in plain):
            allowed = any(it.allows and it.may(action) for it in found)
            actual = f"{action} for AWS resources only" if allowed else f"without {action}"
            yield Violation(policy, f"{action} without kms:GrantIsForAWSResource", actual)
    for statement in found:
        if not statement.allows and statement.may("kms:CreateGrant") and _about_resources(statement):
            yield Violation(statement.field, "without the condition", "a denial by kms:GrantIsForAWSResource")


def _about_resources(statement: Statement) -> bool:
    return any(condition.key == _FOR_RESOURCES for condition in statement.conditions)
