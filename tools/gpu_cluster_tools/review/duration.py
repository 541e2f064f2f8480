"""Time to ready of a stack, before and after a change."""

from gpu_cluster.plan.urn import name_of
from gpu_cluster_tools.review.review import DurationChange
from gpu_cluster_tools.review.revision_state import RevisionState
from gpu_cluster_tools.schedule import UnknownDurationsError

_WORTH_A_LINE = 0.1  # minutes


def duration_change(
    before: RevisionState, after: RevisionState
) -> tuple[DurationChange | None, tuple[str, ...]]:
    """The time on both sides with the chain after it, and the types without a known duration."""
    try:
        old, new = before.schedule, after.schedule
    except UnknownDurationsError as error:
        return None, tuple(f"time: unknown duration of {type}" for type in error.types)
    if new is None:
        return None, ()
    chain = tuple((name_of(urn), round(minutes, 1)) for urn, minutes in new.path if minutes >= _WORTH_A_LINE)
    return DurationChange(old.makespan if old else None, new.makespan, chain), ()
