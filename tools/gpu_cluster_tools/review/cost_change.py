"""Cost of a change: two bills by their parts, and whether the increase needs attention."""

from collections.abc import Iterator, Mapping

from gpu_cluster.cost import Range
from gpu_cluster_tools.review.review import CostChange, CostLine, Reason, Spending
from gpu_cluster_tools.review.revision_state import RevisionState

_CONSIDERABLE = 1.1
"""Ratio to the cost before, above which a reviewer should look at it."""


def cost_change(before: RevisionState, after: RevisionState) -> CostChange | None:
    """Cost before and after, with missing prices of both; None without AWS resources."""
    old, new = before.bill, after.bill
    if old is None and new is None:
        return None
    parts = old.by_part() if old else {}, new.by_part() if new else {}
    missing = {str(each) for bill in (old, new) if bill for each in bill.missing}
    return CostChange(
        before=_spending(old.monthly) if old else None,
        after=_spending(new.monthly) if new else Spending(0, 0),
        lines=_changed(*parts),
        missing=tuple(sorted(missing)),
    )


def cost_increase(cost: CostChange | None) -> Iterator[Reason]:
    """Reason for attention if the maximum cost rises considerably."""
    if cost and cost.before and cost.after.most > cost.before.most * _CONSIDERABLE:
        more = cost.after.most - cost.before.most
        how = "at least" if cost.missing else "up to"
        yield Reason(False, f"costs {how} ${more:,.0f} more a month")


def _changed(before: Mapping[str, Range], after: Mapping[str, Range]) -> tuple[CostLine, ...]:
    """Parts that differ, the largest difference of the most first."""
    parts = dict.fromkeys((*before, *after))
    lines = [
        CostLine(part, _part(before.get(part)), _part(after.get(part)))
        for part in parts
        if before.get(part) != after.get(part)
    ]
    return tuple(sorted(lines, key=lambda line: (-abs(_most(line.after) - _most(line.before)), line.what)))


def _part(amount: Range | None) -> Spending | None:
    return None if amount is None else _spending(amount)


def _spending(amount: Range) -> Spending:
    return Spending(float(amount.least), float(amount.most))


def _most(spending: Spending | None) -> float:
    return spending.most if spending else 0
