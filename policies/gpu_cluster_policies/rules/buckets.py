"""Rules for S3 buckets, whose settings are mostly separate resources."""

import re
from collections.abc import Iterator, Mapping, Sequence

from gpu_cluster_policies.customer_key import not_own_key
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.policy_document import Statement, matches, statements
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, each
from gpu_cluster_policies.resources.resource_links import ResourceLink
from gpu_cluster_policies.resources.resource_types import BUCKETS
from gpu_cluster_policies.rule import Level, Violation, should_be, stack_rule

_ACCOUNT_BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"
_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_DIRECTORIES = frozenset(("aws:s3/directoryBucket:DirectoryBucket",))
_OWN = "use gpu-cluster:storage.<name> with kind: s3"


def _beside(*kinds: str) -> ResourceLink:
    """Resources that configure the bucket they name."""
    return ResourceLink(frozenset(kinds), ("bucket",), BUCKETS | _DIRECTORIES)


_BLOCK = _beside("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
_ENCRYPTION = _beside(
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
)
_VERSIONING = _beside(
    "aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2"
)
_POLICY = _beside("aws:s3/bucketPolicy:BucketPolicy")
_LIFECYCLE = _beside(
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
)
_MOUNT = ResourceLink(
    frozenset({"PersistentVolume"}), ("spec", "csi", "volumeAttributes", "bucketName"), BUCKETS
)
"""Volumes of a bucket, as the Mountpoint CSI driver defines them."""


@stack_rule(
    35,
    "public-access-blocked",
    "S3 public access is blocked",
    of=each(*BUCKETS, _ACCOUNT_BLOCK, *_BLOCK.of),
    level=Level.MANDATORY,
    references="CKV_AWS_53; CKV_AWS_54; CKV_AWS_55; CKV_AWS_56; trivy AWS-0086; trivy AWS-0087; "
    "trivy AWS-0091; trivy AWS-0093; FSBP S3.8; cdk-nag S2",
    fix=f"{_OWN}; otherwise add a BucketPublicAccessBlock with all four settings true",
)
def public_access_blocked(bucket: Resource, inventory: Inventory) -> Iterator[Violation]:
    """A single wrong ACL or policy would make the data public."""
    if bucket.kind in _BLOCK.of and inventory.targets(bucket, _BLOCK):
        return  # a finding of its bucket
    if bucket.kind not in BUCKETS:
        yield from (it for key in _BLOCKS for it in should_be(bucket.at(key), True))
        return
    if any(_blocks_all(account) for account in inventory.every((_ACCOUNT_BLOCK,))):
        return
    blocks = inventory.linked(bucket, _BLOCK)
    if not blocks:
        yield Violation(
            bucket.missing("public access block"), "a block with all four settings", actual="missing"
        )
    for block in blocks:
        for key in _BLOCKS:
            yield from should_be(block.at(key), True)


@stack_rule(
    36,
    "bucket-encrypted",
    "S3 buckets are encrypted with a customer managed key",
    of=each(*BUCKETS, *_ENCRYPTION.of),
    level=Level.MANDATORY,
    references="CKV_AWS_145; trivy AWS-0132; FSBP S3.17",
    fix=f"{_OWN}; otherwise add a BucketServerSideEncryptionConfiguration with aws:kms and a customer "
    "managed key",
)
def bucket_encrypted(bucket: Resource, inventory: Inventory) -> Iterator[Violation]:
    """With an S3-managed key, access to the bucket is enough to decrypt the data."""
    yield from _not_encrypted(bucket, inventory)


def _not_encrypted(bucket: Resource, inventory: Inventory) -> Iterator[Violation]:
    beside = _settings_of(bucket, _ENCRYPTION, inventory)
    if beside is None:
        return
    found = [(owner, rule) for owner in beside for rule in owner.at("rules").items()]
    inline = bucket.at("serverSideEncryptionConfiguration", "rule")
    if not beside and inline.value is not None:
        found.append((bucket, inline))
    if not found:
        yield Violation(
            bucket.missing("encryption"), "aws:kms with a customer managed key", actual="not configured"
        )
    for owner, rule in found:
        default = rule.at("applyServerSideEncryptionByDefault")
        algorithm = default.at("sseAlgorithm")
        if algorithm.value not in ("aws:kms", "aws:kms:dsse"):
            yield Violation(algorithm, "aws:kms")
        yield from not_own_key(owner, default.at("kmsMasterKeyId"), inventory)


@stack_rule(
    37,
    "bucket-versioned",
    "S3 versioning is enabled",
    of=each(*BUCKETS, *_VERSIONING.of),
    level=Level.MANDATORY,
    references="CKV_AWS_21; trivy AWS-0090; FSBP S3.14",
    fix=f"{_OWN}, which retains old versions for oldVersionsDays; otherwise add a BucketVersioning",
)
def bucket_versioned(bucket: Resource, inventory: Inventory) -> Iterator[Violation]:
    """Without versioning, an overwrite or delete is final."""
    yield from _not_versioned(bucket, inventory)


def _not_versioned(bucket: Resource, inventory: Inventory) -> Iterator[Violation]:
    beside = _settings_of(bucket, _VERSIONING, inventory)
    if beside is None:
        return
    for versioning in beside:
        yield from should_be(versioning.at("versioningConfiguration", "status"), "Enabled")
    if not beside:
        enabled = bucket.at("versioning", "enabled")
        if enabled.value is not True:
            yield Violation(enabled, "true, or a BucketVersioning")


@stack_rule(
    38,
    "bucket-tls-only",
    "S3 buckets require TLS",
    of=each(*BUCKETS, *_POLICY.of),
    level=Level.MANDATORY,
    references="FSBP S3.5; cdk-nag S10",
    fix=f"{_OWN}; otherwise add a BucketPolicy that denies s3:* on the bucket and its objects to all "
    "principals if aws:SecureTransport is false",
)
def bucket_tls_only(bucket: Resource, inventory: Inventory) -> Iterator[Violation]:
    """S3 also accepts plain HTTP, which hosts on the path can read and change."""
    beside = _settings_of(bucket, _POLICY, inventory)
    if beside is None:
        return
    policies = [policy.at("policy") for policy in beside]
    if not policies and bucket.at("policy").value is not None:
        policies = [bucket.at("policy")]
    if not policies:
        yield Violation(
            bucket.missing("policy"), "a policy that denies requests without TLS", actual="missing"
        )
    for policy in policies:
        denied = [statement for statement in statements(policy) if _denies_plain_http(statement)]
        if not any(_whole(statement) for statement in denied):
            expected = (
                "a policy with a statement that denies s3:* without TLS to all principals on the bucket "
                "and its objects"
            )
            yield Violation(policy, expected, actual="a policy that allows it")


@stack_rule(
    39,
    "bucket-lifecycle",
    "S3 buckets abort incomplete multipart uploads",
    of=each(*BUCKETS, *_LIFECYCLE.of),
    level=Level.ADVISORY,
    references="CKV2_AWS_61; CKV_AWS_300; FSBP S3.13",
    fix=f"{_OWN}; otherwise add a BucketLifecycleConfiguration with abortIncompleteMultipartUpload",
)
def bucket_lifecycle(bucket: Resource, inventory: Inventory) -> Iterator[Violation]:
    """Parts of interrupted uploads are billed but not listed as objects."""
    beside = _settings_of(bucket, _LIFECYCLE, inventory)
    if beside is None:
        return
    rules = [rule for lifecycle in beside for rule in lifecycle.at("rules").items()]
    aborted = any(
        rule.at("status").value == "Enabled"
        and rule.at("abortIncompleteMultipartUpload").value
        and not _narrows(rule.at("prefix"))
        and not _narrows(rule.at("filter"))
        for rule in rules
    ) or any(
        rule.at("enabled").value
        and rule.at("abortIncompleteMultipartUploadDays").value
        and not _narrows(rule.at("prefix"))
        and not _narrows(rule.at("tags"))
        for rule in (() if beside else bucket.at("lifecycleRules").items())
    )
    if not aborted:
        expected = "a rule without a filter that aborts incomplete uploads"
        yield Violation(
            bucket.missing("lifecycle"), expected, actual="without such a rule" if rules else "missing"
        )


def _settings_of(resource: Resource, link: ResourceLink, inventory: Inventory) -> Sequence[Resource] | None:
    """Settings of a bucket, or the resource itself if it has the settings of a bucket outside of the stack.

    None for settings of a bucket of the stack: what is wrong with them is a finding of the bucket.
    """
    if resource.kind in BUCKETS:
        return inventory.linked(resource, link)
    return None if inventory.targets(resource, link) else (resource,)


def _narrows(filter: Property) -> bool:
    """Whether a lifecycle rule applies to only some objects; an empty prefix applies to all."""
    if isinstance(filter.value, Mapping):
        return any(_narrows(part) for _, part in filter.entries())
    return filter.value not in (None, "", [])


def _blocks_all(account: Resource) -> bool:
    return all(account.at(key).value is True for key in _BLOCKS)


def _denies_plain_http(statement: Statement) -> bool:
    """Whether it denies all actions to all principals without TLS, and has no other condition."""
    conditions = list(statement.conditions)
    if statement.allows or len(conditions) != 1:
        return False
    [condition] = conditions
    without_tls = condition.operator == "bool" and condition.key == "aws:securetransport"
    everybody = any(name.text == "*" for _, name in statement.principals)
    return (
        without_tls
        and [str(value.text).lower() for value in condition.values] == ["false"]
        and everybody
        and any(matches(action.text, "s3:AnyAction") for action in statement.actions)
    )


def _whole(statement: Statement) -> bool:
    """Whether it applies to the bucket and all of its objects."""
    names = [resource.text for resource in statement.resources]
    objects = [name for name in names if name.endswith("/*")]
    return any(_is_everything(name) for name in names) or any(
        name == whole.removesuffix("/*") for whole in objects for name in names
    )


def _is_everything(name: str) -> bool:
    return name == "*" or bool(re.fullmatch(r"arn:[^:]*:s3:::\*", name))


@stack_rule(
    81,
    "model-store",
    "Model stores are encrypted with a customer managed key, versioned and protected",
    of=each(*BUCKETS),
    level=Level.MANDATORY,
    references="CKV_AWS_145; FSBP S3.14; FSBP S3.17; MITRE ATLAS AML.T0010",
    fix=f"{_OWN} and gpu-cluster:protect true; otherwise set protect=True, versioning and a KMS key",
)
def model_store(bucket: Resource, inventory: Inventory) -> Iterator[Violation]:
    """Weights are the most expensive data, and replaced weights change the answers of a model."""
    if not inventory.linked(bucket, _MOUNT):
        return
    yield from _not_encrypted(bucket, inventory)
    yield from _not_versioned(bucket, inventory)
    if not bucket.protected:
        yield Violation(bucket.missing("protect"), "true", actual="false")
