"""Calls of later updates, which a rehearsal need not have made: new versions, settings and tags.

later_updates.json lists the actions of an update by the action that creates a resource, with their source.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gpu_cluster_tools.rehearsal.aws.iam.call_log import RecordedCall
from gpu_cluster_tools.rehearsal.aws.iam.service_reference import action_of, is_of, services

_FILE = Path(__file__).with_suffix(".json")

AFTER: Mapping[str, list[str]] = json.loads(_FILE.read_text())["after"]
"""Actions of updates by the action of the creation."""


def later_updates(calls: Iterable[RecordedCall]) -> list[RecordedCall]:
    """Calls by which the resources of a rehearsal can be updated, beyond those that were made."""
    made = list(calls)
    arns = list(dict.fromkeys(it.resource for it in made if it.resource != "*"))
    creating = {(it.principal, it.action) for it in made if it.action in AFTER}
    known = {(it.action, it.resource) for it in made}
    return [
        RecordedCall(principal, action, arn, {})
        for principal, action in sorted({(who, each) for who, name in creating for each in AFTER[name]})
        for arn in _resources(action, arns)
        if (action, arn) not in known
    ]


def _resources(name: str, arns: list[str]) -> Iterator[str]:
    """ARNs of the resource types of an action; `*` for an action without resource-level permissions."""
    action = action_of(name)
    if action is None or not action.resources:
        yield "*"
        return
    known = services()[name.partition(":")[0]].arns
    forms = [known[each] for each in action.resources]
    yield from (arn for arn in arns if any(is_of(arn, form) for form in forms))
