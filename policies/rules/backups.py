"""Rules for backups: that what cannot be made again is in a plan."""

from collections.abc import Iterator, Mapping

from policies.field import Field
from policies.inventory import Inventory
from policies.link import Link
from policies.policy_document import matches
from policies.rule import Level, Violation, stack_rule
from policies.subject import Resource, each

_EFS = "aws:efs/fileSystem:FileSystem"
_VOLUME = "aws:ebs/volume:Volume"
_KEPT = frozenset((_EFS, _VOLUME))
_SELECTION = "aws:backup/selection:Selection"
_NAMED = Link(frozenset((_SELECTION,)), ("resources",), _KEPT)
_EXCEPTED = Link(frozenset((_SELECTION,)), ("notResources",), _KEPT)
_OWN_POLICY = Link(frozenset(("aws:efs/backupPolicy:BackupPolicy",)), ("fileSystemId",), frozenset((_EFS,)))
_ARNS: Mapping[str, str] = {
    _EFS: "arn:aws:elasticfilesystem:any:any:file-system/any",
    _VOLUME: "arn:aws:ec2:any:any:volume/any",
}
"""What a pattern has to match to select everything of a kind."""


@stack_rule(
    33,
    "backup-plan",
    "File systems and disks are backed up",
    of=each(*_KEPT),
    level=Level.PRODUCTION,
    references="CKV2_AWS_9; CKV2_AWS_18; FSBP EFS.2; FSBP EC2.28",
    fix="set backupDays of gpu-cluster:storage.<name>; elsewhere add a Selection of AWS Backup",
)
def backup_plan(store: Resource, inventory: Inventory) -> Iterator[Violation]:
    """Data that a person or a program deletes is deleted in every zone at once."""
    if inventory.all_linked(store, _EXCEPTED):
        yield Violation(store.lacks("backup"), "in a plan of AWS Backup", actual="excepted from one")
    elif not _is_selected(store, inventory):
        yield Violation(store.lacks("backup"), "in a plan of AWS Backup", actual="missing")


def _is_selected(store: Resource, inventory: Inventory) -> bool:
    if store.kind == _EFS:
        own = inventory.linked(store, _OWN_POLICY)
        if any(policy.at("backupPolicy", "status").value == "ENABLED" for policy in own):
            return True
    patterns = [s for s in inventory.every((_SELECTION,)) if _selects(s, store)]
    return bool(patterns or inventory.linked(store, _NAMED))


def _selects(selection: Resource, store: Resource) -> bool:
    """Whether it selects it by a pattern of ARNs or by its tags, rather than by name."""
    tags = store.at("tags").texts()
    resources = selection.at("resources")
    if any(_is_pattern_of(element, store.kind) for element in resources.one_or_more()):
        return True
    by_tags = selection.at("selectionTags")
    if any(tags.get(tag.at("key").text) == tag.at("value").text for tag in by_tags.items()):
        return True
    equal = [
        (wanted.at("key").text.removeprefix("aws:ResourceTag/"), wanted.at("value").text)
        for condition in selection.at("conditions").items()
        for wanted in condition.at("stringEquals").items()
    ]
    return bool(equal) and all(tags.get(key) == value for key, value in equal)


def _is_pattern_of(element: Field, kind: str) -> bool:
    """Whether an element of `resources` stands for everything of this kind."""
    return (
        isinstance(element.content, str) and "*" in element.content and matches(element.content, _ARNS[kind])
    )
