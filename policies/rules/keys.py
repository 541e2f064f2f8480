"""Rules for keys of KMS: that they change, stay, and obey whom they should."""

from collections.abc import Iterator

from policies.customer_key import KEYS
from policies.field import Field
from policies.policy_document import for_anybody
from policies.rule import Level, Violation, rule, should_be
from policies.subject import Resource, each, subjects

_KEY = "aws:kms/key:Key"
_DAYS = 30  # the longest that KMS waits
_LEAVE = "leave keys to the platform, which makes one for each purpose"


@rule(
    40,
    "key-rotation",
    "Keys change by themselves",
    of=each(_KEY),
    level=Level.MANDATORY,
    references="CKV_AWS_7; trivy AWS-0065; FSBP KMS.4; cdk-nag KMS5; pulumi compliance-policies",
    fix=f"{_LEAVE}; elsewhere set enableKeyRotation",
)
def key_rotation(key: Resource) -> Iterator[Violation]:
    """The less one version has encrypted, the less is lost with it."""
    symmetric = key.at("customerMasterKeySpec").value in (None, "SYMMETRIC_DEFAULT")
    for_data = key.at("keyUsage").value in (None, "ENCRYPT_DECRYPT")
    if not (symmetric and for_data) or key.at("customKeyStoreId").value is not None:
        return  # KMS cannot rotate these
    yield from should_be(key.at("enableKeyRotation"), True)


@subjects("aws:kms/keyPolicy:KeyPolicy", *KEYS)
def _policies(resource: Resource) -> Iterator[Field]:
    yield resource.at("policy")


@rule(
    41,
    "no-wildcard-key-principal",
    "No key obeys everybody",
    of=_policies,
    level=Level.MANDATORY,
    references="CKV_AWS_33; FSBP KMS.5",
    fix=f"{_LEAVE}; elsewhere name the roles, or add a condition such as kms:CallerAccount",
)
def no_wildcard_key_principal(policy: Field) -> Iterator[Violation]:
    """Anybody with an account of AWS could decrypt what it protects, or use it up."""
    for statement in for_anybody(policy):
        yield Violation(statement.field, "accounts or roles that are named", actual="for everybody")


@rule(
    42,
    "key-deletion-window",
    "Keys wait 30 days before they go",
    of=each(*KEYS),
    level=Level.PRODUCTION,
    references="FSBP KMS.3",
    fix=f"{_LEAVE}; elsewhere leave deletionWindowInDays out, or set it to 30",
)
def key_deletion_window(key: Resource) -> Iterator[Violation]:
    """What it has encrypted is lost with it, and a backup that needs it is opened once a month."""
    window = key.at("deletionWindowInDays")
    if window.value is not None and window.value != _DAYS:
        yield Violation(window, f"{_DAYS}")
