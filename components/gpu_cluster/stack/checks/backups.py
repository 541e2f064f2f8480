"""Copies of backups: of something, in a region that exists and is another."""

from collections.abc import Iterator

from gpu_cluster.config.stack import Stack
from gpu_cluster.config.storage import backup_days
from gpu_cluster.stack.checks.region import on_aws, unknown_region
from gpu_cluster.stack.diagnostic import Diagnostic, Keys

_KEYS: Keys = ("backups", "copyTo")


def backups(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    there = stack.backups.copy_to
    if there is None or not on_aws(stack):
        return
    if problem := unknown_region(there):
        yield Diagnostic(_KEYS, problem)
    elif there == stack.region:
        yield Diagnostic(_KEYS, f"expected another region, got '{there}', where the backups are")
    kept = any(backup_days(settings) for settings in stack.storage.values())
    if not kept and not any(keys[0] == "storage" for keys in broken):
        yield Diagnostic(_KEYS, "there is nothing to copy: nothing of storage is backed up")
