"""Rule for copies of data in other accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gpu_cluster_policies.resources.accounts import own_accounts
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, subjects
from gpu_cluster_policies.rule import Level, NotJudgedProperty, Violation, stack_rule

_ACCOUNTS: Mapping[str, tuple[str, ...]] = {
    "aws:ec2/amiLaunchPermission:AmiLaunchPermission": ("accountId",),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": (
        "replicationConfiguration",
        "rules",
        "destinations",
        "registryId",
    ),
    "aws:s3/bucket:Bucket": ("replicationConfiguration", "rules", "destination", "accountId"),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": ("rules", "destination", "account"),
}
"""Properties with the accounts that get copies of images and objects."""


@subjects(*_ACCOUNTS)
def _accounts(resource: Resource) -> Iterator[Property]:
    return resource.root.below(*_ACCOUNTS[resource.kind])


@stack_rule(
    115,
    "copies-in-account",
    "Images and objects are not copied to other accounts",
    of=_accounts,
    level=Level.MANDATORY,
    references="AWS Well-Architected SEC03-BP07",
    fix="replicate within the account, as gpu-cluster:registry.replicate does, and name other accounts in "
    "readers of gpu-cluster:registry.repositories.<name>; for an intended copy, add a waiver to "
    "policies/waivers.yaml",
    can_abstain=True,
)
def copies_in_account(account: Property, inventory: Inventory) -> Iterator[Violation]:
    """The other account decides who reads and deletes a copy, and its policies are not in the stack."""
    own = inventory.once(own_accounts)
    if not own:
        yield NotJudgedProperty(account, "an account of allowedAccountIds of the AWS provider")
    elif account.text not in own:
        yield Violation(account, f"the account of the stack, {' or '.join(sorted(own))}")
