"""Rules for backups: backup plans, encryption and cross-region copies."""

from collections.abc import Iterator, Mapping

from gpu_cluster_policies.context import EvaluationContext
from gpu_cluster_policies.customer_key import not_own_key
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.policy_document import matches
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, each
from gpu_cluster_policies.resources.resource_links import ResourceLink
from gpu_cluster_policies.rule import Level, Rule, Violation, should_be, stack_rule
from gpu_cluster_policies.rules.residency import region_of

_EFS = "aws:efs/fileSystem:FileSystem"
_VOLUME = "aws:ebs/volume:Volume"
_KEPT = frozenset((_EFS, _VOLUME))
_VAULT = "aws:backup/vault:Vault"
_PLAN = "aws:backup/plan:Plan"
_SELECTION = "aws:backup/selection:Selection"
_PROVIDER = "pulumi:providers:aws"
_CLASS = "StorageClass"
_OF_DISKS = "ebs.csi.aws.com"
_NAMED = ResourceLink(frozenset((_SELECTION,)), ("resources",), _KEPT)
_EXCEPTED = ResourceLink(frozenset((_SELECTION,)), ("notResources",), _KEPT)
_OWN_POLICY = ResourceLink(
    frozenset(("aws:efs/backupPolicy:BackupPolicy",)), ("fileSystemId",), frozenset((_EFS,))
)
_PARTITIONS = ("aws", "aws-us-gov", "aws-cn")
_ARNS: Mapping[str, str] = {
    _EFS: "arn:aws:elasticfilesystem:any:any:file-system/any",
    _VOLUME: "arn:aws:ec2:any:any:volume/any",
}
"""Sample ARNs that a pattern must match to select all resources of a kind."""


@stack_rule(
    33,
    "backup-plan",
    "File systems and disks have a backup plan",
    of=each(*_KEPT, _CLASS, *_OWN_POLICY.of),
    level=Level.PRODUCTION,
    references="CKV2_AWS_9; CKV2_AWS_18; FSBP EFS.2; FSBP EC2.28",
    fix="set backupDays of gpu-cluster:storage.<name>; otherwise add an AWS Backup Selection",
)
def backup_plan(store: Resource, inventory: Inventory) -> Iterator[Violation]:
    """Deleted data is lost in all zones at once."""
    if store.kind == _CLASS:
        if _keeps_disks(store, inventory) and not _is_chosen(_VOLUME, _tags_of_disks(store), inventory):
            yield Violation(store.missing("backup"), "its volumes in an AWS Backup plan", actual="missing")
    elif store.kind in _OWN_POLICY.of:
        if not inventory.targets(store, _OWN_POLICY):  # that of a file system of the stack is judged with it
            yield from should_be(store.at("backupPolicy", "status"), "ENABLED")
    elif inventory.all_linked(store, _EXCEPTED):
        yield Violation(store.missing("backup"), "in a plan of AWS Backup", actual="excluded")
    elif not _is_selected(store, inventory):
        yield Violation(store.missing("backup"), "in a plan of AWS Backup", actual="missing")


@stack_rule(
    92,
    "backups-encrypted",
    "Backups are encrypted with a customer managed key",
    of=each(_VAULT),
    level=Level.MANDATORY,
    references="FSBP Backup.1; CKV_AWS_166",
    fix="use gpu-cluster:storage and gpu-cluster:backups for vaults; otherwise set kmsKeyArn to a "
    "customer managed key",
)
def backups_encrypted(vault: Resource, inventory: Inventory) -> Iterator[Violation]:
    """A backup contains all data of the store, and every user of its key can read it."""
    yield from not_own_key(vault, vault.at("kmsKeyArn"), inventory)


def backups_copied(context: EvaluationContext) -> Rule:
    """The rule for a stack that is production and may keep data in several regions, or is not."""

    @stack_rule(
        93,
        "backups-copied",
        "Backups of production are copied to another region where residency allows it",
        of=each(_PLAN),
        level=Level.MANDATORY,
        references="NIST SP 800-53 CP-6; NIST SP 800-53 CP-9(3); AWS Well-Architected REL13-BP02",
        fix="set copyTo of gpu-cluster:backups; otherwise add copyActions to the rules of the plan",
    )
    def judge(plan: Resource, inventory: Inventory) -> Iterator[Violation]:
        """The loss of a region or of its keys destroys data and backups together."""
        here = {provider.at("region").text for provider in inventory.every((_PROVIDER,))}
        others = [region for region in context.regions if region not in here]
        if not context.production or not others:
            return
        for each_rule in plan.at("rules").items():
            copies = each_rule.at("copyActions")
            vaults = [copy.at("destinationVaultArn") for copy in copies.items()]
            if not any(region_of(vault.text) not in here for vault in vaults):
                yield Violation(copies, f"to a vault in {' or '.join(others)}")

    return judge


def _keeps_disks(storage: Resource, inventory: Inventory) -> bool:
    """Whether it creates EBS volumes that are retained, in a known account."""
    on_aws = any(True for _ in inventory.every((_PROVIDER,)))
    makes_disks = storage.at("provisioner").value == _OF_DISKS
    return on_aws and makes_disks and storage.at("reclaimPolicy").value == "Retain"


def _tags_of_disks(storage: Resource) -> Mapping[str, str]:
    """Tags that the driver sets on its volumes."""
    given = storage.at("parameters").entries()
    words = (value.text for name, value in given if name.startswith("tagSpecification"))
    return {key: value for key, _, value in (word.partition("=") for word in words)}


def _is_selected(store: Resource, inventory: Inventory) -> bool:
    if store.kind == _EFS:
        own = inventory.linked(store, _OWN_POLICY)
        if any(policy.at("backupPolicy", "status").value == "ENABLED" for policy in own):
            return True
    return _is_chosen(store.kind, store.at("tags").texts(), inventory) or bool(
        inventory.linked(store, _NAMED)
    )


def _is_chosen(kind: str, tags: Mapping[str, str], inventory: Inventory) -> bool:
    return any(_selects(selection, kind, tags) for selection in inventory.every((_SELECTION,)))


def _selects(selection: Resource, kind: str, tags: Mapping[str, str]) -> bool:
    """Whether it selects resources with these tags, by tag or by ARN pattern.

    With a pattern, all conditions must match.
    """
    by_tags = selection.at("selectionTags")
    if any(tags.get(tag.at("key").text) == tag.at("value").text for tag in by_tags.items()):
        return True
    equal = [
        (wanted.at("key").text.removeprefix("aws:ResourceTag/"), wanted.at("value").text)
        for condition in selection.at("conditions").items()
        for wanted in condition.at("stringEquals").items()
    ]
    listed = list(selection.at("resources").one_or_more())
    reached = any(_is_pattern_of(element, kind) for element in listed) if listed else bool(equal)
    return reached and all(tags.get(key) == value for key, value in equal)


def _is_pattern_of(element: Property, kind: str) -> bool:
    """Whether an element of `resources` selects all resources of this kind."""
    text = element.content
    if not isinstance(text, str) or "*" not in text:
        return False
    return any(matches(text, _ARNS[kind].replace(":aws:", f":{it}:", 1)) for it in _PARTITIONS)
