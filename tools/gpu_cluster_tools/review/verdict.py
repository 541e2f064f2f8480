"""Whether a change may be merged, and why not."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from gpu_cluster.catalog import STATEFUL, Loss
from gpu_cluster_tools.review.changes import Action, ResourceChange
from gpu_cluster_tools.review.cost_change import cost_increase
from gpu_cluster_tools.review.review import CostChange, Reason, ReviewFinding, Verdict

_LOSSES = list(Loss)  # the gravest first
_SIZES = "scalingConfig."


def verdict_of(reasons: Iterable[Reason]) -> Verdict:
    blocking = [reason.blocks for reason in reasons]
    if any(blocking):
        return Verdict.BLOCKED
    return Verdict.ATTENTION if blocking else Verdict.FINE


def reasons_of(
    changes: Sequence[ResourceChange],
    lost: Sequence[ResourceChange],
    found: Sequence[ReviewFinding],
    stale: Iterable[str],
    cost: CostChange | None,
) -> tuple[Reason, ...]:
    """Blocking reasons first, then reasons that need attention.

    `lost`: irreversible changes without a waiver. `stale`: waivers that no longer apply.
    """
    gravest = frozenset(lost)
    every = [
        *_lost(lost),
        *_rules_broken(found),
        *(Reason(True, words) for words in stale),
        *_gone([change for change in changes if change not in gravest]),
        *_restarts(changes),
        *_fuller(changes),
        *cost_increase(cost),
    ]
    return tuple(sorted(every, key=lambda reason: not reason.blocks))


def _lost(changes: Sequence[ResourceChange]) -> Iterator[Reason]:
    """Resources that cannot be restored: a cluster, a provider, data, keys, and nodes with their pods."""
    for action, verb in ((Action.REPLACE, "would replace"), (Action.DELETE, "would delete")):
        lost = [change for change in changes if change.action is action]
        lost.sort(key=lambda change: (change.retained, _LOSSES.index(STATEFUL[change.type])))
        if lost:
            gravest = lost[0]
            kept = gravest.retained and action is Action.DELETE
            then = "which would no longer be managed" if kept else f"and lose {STATEFUL[gravest.type]}"
            yield Reason(True, f"{verb} {_some([change.resource for change in lost])}, {then}")


def _rules_broken(found: Sequence[ReviewFinding]) -> Iterator[Reason]:
    """A rule once, however often it is broken; an advisory one only where it is new."""
    worth = [each for each in found if each.stops or each.new]
    for rule, times in Counter(each.rule for each in worth).items():
        first = next(each for each in worth if each.rule == rule)
        more = f" and {times - 1} more" if times > 1 else ""
        before = "" if any(each.new for each in worth if each.rule == rule) else ", as before"
        yield Reason(first.stops, f"rule {rule}: {first.what}{more}{before}")


def _gone(changes: Sequence[ResourceChange]) -> Iterator[Reason]:
    """Resources that are replaced or deleted, and can be made again."""
    for action, verb in ((Action.REPLACE, "replaces"), (Action.DELETE, "deletes")):
        names = [change.resource for change in changes if change.action is action and _is_real(change)]
        if names:
            yield Reason(False, f"{verb} {_some(names)}")


def _restarts(changes: Sequence[ResourceChange]) -> Iterator[Reason]:
    """A node group with another launch template or version replaces its nodes."""
    found = {change.name: change.rollout for change in changes if change.rollout}
    if found:
        known = [each.minutes for each in found.values() if each.minutes is not None]
        time = f"in up to {max(known)} min" if len(known) == len(found) else "in an unknown time"
        yield Reason(False, f"replaces every node of {_some(list(found))}, whose pods are evicted, {time}")


def _fuller(changes: Sequence[ResourceChange]) -> Iterator[Reason]:
    """An increased minimum above the present size of a node group, which EKS refuses."""
    for change in _updated_groups(changes):
        sizes = {edit.path: edit for edit in change.edits if edit.path.startswith(_SIZES)}
        least = sizes.get(f"{_SIZES}minSize")
        if least and f"{_SIZES}desiredSize" not in sizes and int(least.after) > int(least.before):
            words = f"raises the minimum of {change.name} from {least.before} to {least.after}"
            yield Reason(False, f"{words}; EKS refuses this while fewer nodes run (docs/nodes.md)")


def _updated_groups(changes: Sequence[ResourceChange]) -> list[ResourceChange]:
    return [
        change
        for change in changes
        if change.action is Action.UPDATE and change.type == "aws:eks/nodeGroup:NodeGroup"
    ]


def _is_real(change: ResourceChange) -> bool:
    return not change.type.startswith(("gpu-cluster:", "pulumi:"))


def _some(names: Sequence[str], most: int = 2) -> str:
    """`A, B and 3 more`"""
    if len(names) <= most + 1:
        return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"{', '.join(names[:most])} and {len(names) - most} more"
