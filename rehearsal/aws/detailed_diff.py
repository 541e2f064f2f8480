"""What a change does, property by property, as the engine asks for it."""

from typing import Any

from pulumi.runtime.proto import provider_pb2 as messages

from rehearsal.aws.provider import Change

_KINDS = messages.PropertyDiff


def difference(
    change: Change, old: dict[str, Any], new: dict[str, Any], *, unfinished: bool
) -> messages.DiffResponse:
    """`unfinished`: the resource has to be updated whether or not anything changed."""
    detailed = {
        name: messages.PropertyDiff(kind=_diff_kind(name in old, name in new, replaces), inputDiff=True)
        for name, replaces in change.changed.items()
    }
    return messages.DiffResponse(
        changes=(
            messages.DiffResponse.DIFF_SOME if detailed or unfinished else messages.DiffResponse.DIFF_NONE
        ),
        diffs=list(change.changed),
        replaces=[name for name, replaces in change.changed.items() if replaces],
        deleteBeforeReplace=change.delete_first,
        detailedDiff=detailed,
        hasDetailedDiff=True,
    )


def _diff_kind(was: bool, will_be: bool, replaces: bool) -> Any:
    if not was:
        return _KINDS.ADD_REPLACE if replaces else _KINDS.ADD
    if not will_be:
        return _KINDS.DELETE_REPLACE if replaces else _KINDS.DELETE
    return _KINDS.UPDATE_REPLACE if replaces else _KINDS.UPDATE
