"""Whether a property names a customer managed KMS key, not an AWS managed one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.property import UNKNOWN, NotKnownError, Property
from gpu_cluster_policies.resources.resource import Resource
from gpu_cluster_policies.rule import Violation

KEYS = frozenset(
    (
        "aws:kms/key:Key",
        "aws:kms/externalKey:ExternalKey",
        "aws:kms/replicaKey:ReplicaKey",
        "aws:kms/replicaExternalKey:ReplicaExternalKey",
    )
)
ALIASES = frozenset(("aws:kms/alias:Alias",))
_OF_AWS = re.compile(r"(arn:[^:]*:kms:[^:]*:[^:]*:)?alias/aws/.*")

EXPECTED = "the ARN of a customer managed key"


def not_encrypted(
    resource: Resource, settings: Property, inventory: Inventory, *, key: str = "kmsKeyId"
) -> Iterator[Violation]:
    """Violation of settings that must encrypt, and that name the key."""
    encrypted = settings.at("encrypted")
    if encrypted.value not in (True, "true"):  # some types take it as text
        yield Violation(encrypted, "true")
    yield from not_own_key(resource, settings.at(key), inventory)


def not_own_key(resource: Resource, field: Property, inventory: Inventory) -> list[Violation]:
    """Violation of the key at this property. An unknown key counts as customer managed if its value comes
    only from keys of the stack."""
    if field.content is UNKNOWN:
        if resource.made_of is None or not inventory.made_of(resource, field.path, KEYS | ALIASES):
            raise NotKnownError(field)
        return []
    if not field.text or _OF_AWS.fullmatch(field.text):
        return [Violation(field, EXPECTED)]
    return []
