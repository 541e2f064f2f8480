"""Costs for people to read: rows of words for a terminal, and tables for a pull request."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from gpu_cluster.cost.assumptions import ASSUMPTIONS, HOURS_PER_MONTH
from gpu_cluster.cost.budget import BudgetCheck
from gpu_cluster.cost.cost import Cost
from gpu_cluster.cost.diff import Change, CostDiff
from gpu_cluster.cost.money import Range, usd
from gpu_cluster.cost.teams import TeamCostShare
from gpu_cluster.cost.unpriced import Missing
from gpu_cluster.cost.utilization import Utilization
from gpu_cluster_policies.markup import table, text


def part_rows(cost: Cost) -> list[tuple[str, ...]]:
    """A row for each part, dearest first, and the total: an hour and a month, at least and at most."""
    head = ("PART", "HOURLY MIN", "HOURLY MAX", "MONTHLY MIN", "MONTHLY MAX")
    return [
        head,
        *(_row(part, monthly) for part, monthly in cost.listed_parts()),
        _row(_total(cost.missing), cost.monthly),
    ]


def missing_rows(missing: Sequence[Missing]) -> list[tuple[str, ...]]:
    """A row for each cause for which something has no price."""
    return [(str(each),) for each in missing]


def use_rows(cost: Cost) -> list[tuple[str, ...]]:
    """A row for each pool with GPUs: idle GPUs, and GPUs that packing leaves over; least and most."""
    head = ("POOL", "NODES", "NEEDED", "GPUS IDLE", "CPU IDLE", "MEMORY IDLE", "GPUS WASTED BY PACKING")
    return [head, *map(_use_row, cost.uses)]


def granted_gpus(cost: Cost) -> str:
    """A sentence on GPUs that are granted to teams, which `use_rows` does not count; empty without grants."""
    granted: dict[str, Fraction] = {}
    for share in cost.shares.values():
        for pool, part in share.pools.items():
            granted[pool] = granted.get(pool, Fraction(0)) + part
    parts = ", ".join(f"{_percent(part)} of {pool}" for pool, part in granted.items() if part)
    return parts and f"idle GPUs are those without models of this stack; teams are granted up to {parts}"


def budget_rows(cost: Cost) -> list[tuple[str, ...]]:
    """A row for each budget: its limit, the worst case, and whether that is within it."""
    return [("BUDGET", "LIMIT", "WORST CASE", ""), *map(_budget_row, cost.budgets)]


def team_rows(cost: Cost) -> list[tuple[str, ...]]:
    """A row for each team: what its part of the pools costs in a month, and which part that is."""
    return [("TEAM", "MONTHLY MIN", "MONTHLY MAX", "SHARE OF POOLS"), *map(_team_row, cost.shares.values())]


def assumption_rows(cost: Cost) -> list[tuple[str, ...]]:
    """A row for each assumption that the total depends on."""
    known = (ASSUMPTIONS[name] for name in cost.assumed())
    return [(it.name, f"{cost.usage[it.name]:g}", f"{it.unit} {it.meaning}") for it in known]


def change_rows(difference: CostDiff) -> list[tuple[str, ...]]:
    """A row for each line that costs more or less in a month, largest change first, and the total."""
    head = ("CHANGE", "RESOURCE", "BEFORE, MAX", "AFTER, MAX", "DIFFERENCE", "")
    return [head, *map(_change_row, _largest(difference.changes)), _change_row(_whole(difference))]


def markdown(cost: Cost, difference: CostDiff | None = None) -> str:
    """A table for a pull request: each part in a month, or each change where there is a difference."""
    rows = change_rows(difference) if difference else part_rows(cost)
    head, *body, total = rows
    lines = table(head, [*body, [f"**{cell}**" if cell else "" for cell in total]])
    missing = difference.missing if difference else cost.missing
    if missing:
        lines += ["", "Incomplete:", *(f"- {text(str(each))}" for each in missing)]
    return "\n".join(lines) + "\n"


def _row(part: str, monthly: Range) -> tuple[str, ...]:
    hourly = monthly * Fraction(1, HOURS_PER_MONTH)
    ends = (hourly.least, hourly.most)
    return (part, *(f"${usd(end)}" for end in ends), _dollars(monthly.least), _dollars(monthly.most))


def _use_row(use: Utilization) -> tuple[str, ...]:
    shares = (use.idle, use.cpu_idle, use.memory_idle, use.wasted)
    return use.pool, _count(use.nodes), _count(use.needed), *map(_percents, shares)


def _budget_row(budget: BudgetCheck) -> tuple[str, ...]:
    worst = _dollars(budget.monthly.most)
    if budget.over:
        verdict = f"over by {_dollars(budget.over)}"
    else:
        verdict = f"ok, {_percent(budget.used)}" if budget.complete else "not judged: incomplete"
    return budget.of, _dollars(budget.limit), worst if budget.complete else f"at least {worst}", verdict


def _team_row(share: TeamCostShare) -> tuple[str, ...]:
    parts = ", ".join(f"{_percent(part)} of {pool}" for pool, part in share.pools.items())
    return share.team, _dollars(share.monthly.least), _dollars(share.monthly.most), parts or "none"


def _change_row(change: Change) -> tuple[str, ...]:
    return (
        change.what,
        change.resource,
        _dollars(change.before.most),
        _dollars(change.after.most),
        _signed(change.difference.most),
        "new" if change.percent is None else f"{float(change.percent):+.0f} %",
    )


def _largest(changes: Iterable[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: (-abs(change.difference.most), change.resource, change.what))


def _whole(difference: CostDiff) -> Change:
    return Change(_total(difference.missing), "", "", difference.before, difference.after)


def _total(missing: Sequence[Missing]) -> str:
    return "total, at least" if missing else "total"


def _percents(ends: tuple[Fraction, Fraction]) -> str:
    least, most = map(_percent, ends)
    return least if least == most else f"{least} to {most}"


def _count(nodes: Range) -> str:
    least, most = f"{float(nodes.least):g}", f"{float(nodes.most):g}"
    return least if least == most else f"{least} to {most}"


def _percent(part: Fraction) -> str:
    return f"{float(part) * 100:.0f} %"


def _dollars(amount: Fraction) -> str:
    return f"${usd(amount, digits=0)}"


def _signed(amount: Fraction) -> str:
    return f"{'-' if amount < 0 else '+'}{_dollars(abs(amount))}"
