"""Bars and numbers of a page: cost, capacity, time to ready and findings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from gpu_cluster.cost import Cost
from gpu_cluster.cost.money import Range, usd
from gpu_cluster.plan.urn import name_of
from gpu_cluster_policies.reports.evaluation import Evaluation, Shown
from gpu_cluster_tools.schedule import Schedule

_WORTH_A_BAR = 0.1
"""Minutes."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A horizontal bar between two ends, in percent of the width."""

    label: str
    value: str
    least: float
    most: float
    over: bool = False
    """True if it exceeds its limit."""


@dataclass(frozen=True, slots=True)
class Free:
    """Percent in use of a pool's nodes, at minimum and maximum."""

    pool: str
    nodes: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class RuleFindings:
    """Findings of one rule."""

    id: str
    title: str
    stops: bool
    why: str
    fix: str
    resources: tuple[str, ...]


def amounts(monthly: Range) -> str:
    """`907 to 1,814`; one number where both ends are the same."""
    least, most = usd(monthly.least, digits=0), usd(monthly.most, digits=0)
    return least if least == most else f"{least} to {most}"


def part_bars(cost: Cost) -> tuple[Bar, ...]:
    """Cost of each part in a month, the dearest first."""
    parts = cost.listed_parts()
    widest = max((monthly.most for _, monthly in parts), default=Fraction(0))
    return tuple(
        Bar(
            part,
            amounts(monthly),
            _percent(monthly.least, widest),
            _percent(monthly.most, widest),
        )
        for part, monthly in parts
    )


def team_bars(cost: Cost) -> tuple[Bar, ...]:
    """Part of each team of the environment's cost."""
    shares = cost.shares.values()
    widest = max((share.monthly.most for share in shares), default=Fraction(0))
    return tuple(
        Bar(
            share.team,
            amounts(share.monthly),
            _percent(share.monthly.least, widest),
            _percent(share.monthly.most, widest),
        )
        for share in shares
    )


def budget_bars(cost: Cost) -> tuple[Bar, ...]:
    """Worst case of each budget against its limit."""
    return tuple(
        Bar(
            it.of,
            f"{usd(it.monthly.most, digits=0)} of {usd(it.limit, digits=0)}"
            + ("" if it.complete else ", incomplete"),
            _percent(it.monthly.least, it.limit),
            min(100.0, _percent(it.monthly.most, it.limit)),
            over=bool(it.over),
        )
        for it in cost.budgets
    )


def free_capacity(cost: Cost) -> tuple[Free, ...]:
    """GPUs, CPU and memory of each pool with GPUs that replicas request."""
    return tuple(
        Free(
            use.pool,
            _between(use.nodes.least, use.nodes.most),
            tuple(
                _use_bar(label, idle)
                for label, idle in (("GPU", use.idle), ("CPU", use.cpu_idle), ("memory", use.memory_idle))
            ),
        )
        for use in cost.uses
    )


def time_to_ready(schedule: Schedule) -> str:
    """`14 min`"""
    return f"{schedule.makespan:.0f} min"


def timeline(schedule: Schedule) -> tuple[Bar, ...]:
    """The longest chain of creations: each resource from its begin to its end."""
    bars: list[Bar] = []
    begin = 0.0
    for urn, minutes in schedule.path:
        end = begin + minutes
        if minutes >= _WORTH_A_BAR:
            bars.append(
                Bar(
                    name_of(urn),
                    f"{minutes:.1f} min",
                    100 * begin / schedule.chain,
                    100 * end / schedule.chain,
                )
            )
        begin = end
    return tuple(bars)


def findings_by_rule(judged: Evaluation) -> tuple[RuleFindings, ...]:
    """Findings without a waiver: those that stop an update first."""
    return tuple(_rules(judged.findings))


def _rules(findings: Iterable[Shown]) -> Iterator[RuleFindings]:
    for rule, group in groupby(findings, lambda it: it.finding.rule):
        shown = list(group)
        yield RuleFindings(
            rule.id,
            rule.title,
            shown[0].stops,
            rule.why,
            rule.fix,
            tuple(f"{it.finding.brief} ({it.place})" for it in shown),
        )


def _use_bar(label: str, idle: tuple[Fraction, Fraction]) -> Bar:
    used = sorted(100 * float(1 - part) for part in idle)
    return Bar(label, f"{_between(*used)} % in use", used[0], used[1])


def _between(least: float | Fraction, most: float | Fraction) -> str:
    low, high = f"{float(least):.0f}", f"{float(most):.0f}"
    return low if low == high else f"{low} to {high}"


def _percent(part: Fraction, whole: Fraction) -> float:
    return float(100 * part / whole) if whole else 0.0
