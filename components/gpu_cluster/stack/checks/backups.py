"""Copies of backups: there are backups, and the region exists and is another one."""

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
        yield Diagnostic(_KEYS, f"expected another region, got '{there}', the region of the backups")
    kept = any(backup_days(settings) for settings in stack.storage.values())
    if not kept and not any(keys[0] == "storage" for keys in broken):
        yield Diagnostic(_KEYS, "nothing to copy: no entry of storage has backups")
