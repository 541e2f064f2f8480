"""Actual cost of a period from measured usage, with the planned cost."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.cost.actual.actual import COVERED, ActualCost, HeldCost, PoolCost, SharedCost
from gpu_cluster.cost.actual.allocation import Allocation
from gpu_cluster.cost.actual.planned_period import (
    control_plane,
    planned_pools,
    planned_teams,
    planned_workloads,
)
from gpu_cluster.cost.billable_item import items_of, region_of
from gpu_cluster.cost.cost import cost_of
from gpu_cluster.cost.declared_prices import with_declared
from gpu_cluster.cost.measured_usage import Holder, MeasuredUsage
from gpu_cluster.cost.money import NOTHING, Range
from gpu_cluster.cost.node_price import pool_items
from gpu_cluster.cost.prices import CATALOG, Prices
from gpu_cluster.cost.pricing import pricing_context
from gpu_cluster.cost.unpriced import Unpriced, by_cause
from gpu_cluster.plan import Plan


def actual_of(plan: Plan, usage: MeasuredUsage, *, day: date, prices: Prices = CATALOG) -> ActualCost:
    """Cost of a period at the prices of a day, and the planned cost of the hours that were measured.

    actual_of(plan_of(Path(), "prod"), usage, day=date.today()).total.most
    """
    stack = plan.stack
    items, region = items_of(plan.graph), region_of(plan.graph)
    context = pricing_context(items, region or "", day=day, prices=with_declared(prices, stack.hardware))
    planned = cost_of(plan, day=day, prices=prices)
    pools = pools_of(stack)
    found = Allocation(stack, pools, pool_items(items), context, usage, priced=region is not None)
    found.share_out()
    hours = usage.covered_hours
    hourly, unpriced = control_plane(items, context)
    pools_planned = planned_pools(planned, hours)
    ran = tuple(found.pools(pools_planned))
    workloads = planned_workloads(stack, pools, items, context, found.price)
    lacking = [*found.missing, *unpriced, *(it for it in planned.missing if it.pools)]
    return ActualCost(
        stack=plan.name,
        region=region,
        day=day,
        usage=usage,
        pools=ran,
        control_plane=hourly * hours,
        held=(*found.held, *_not_held(found.held, workloads)),
        shared=(*found.shared, *_control_plane(hourly * hours), *_reserved(ran)),
        planned_teams=planned_teams(stack, planned, pools_planned),
        planned_workloads={it: cost * hours for it, cost in workloads.items()},
        teams={team.namespace or name: name for name, team in stack.teams.items()},
        missing=by_cause(Unpriced(it.cause, name) for it in lacking for name in it.resources),
        uncertain=(*_gaps(usage), *sorted(found.uncertain), *_unmeasured(found.held, pools)),
        remarks=tuple(sorted(found.remarks)),
    )


def _not_held(held: Iterable[HeldCost], planned: Iterable[tuple[Holder, str]]) -> Iterator[HeldCost]:
    """Planned models and services that held no GPU."""
    seen = {(it.holder, it.pool) for it in held}
    none = Fraction(0)
    yield from (HeldCost(*it, none, none, none, NOTHING) for it in planned if it not in seen)


def _control_plane(cost: Range) -> Iterator[SharedCost]:
    if cost:
        yield SharedCost("control plane", "", Fraction(0), cost, planned=cost)


def _reserved(pools: Iterable[PoolCost]) -> Iterator[SharedCost]:
    for pool in pools:
        if pool.reserved:
            yield SharedCost("reserved servers that did not run", pool.pool, Fraction(0), pool.reserved.cost)


def _gaps(usage: MeasuredUsage) -> Iterator[str]:
    if usage.coverage < COVERED:
        yield f"{float(usage.coverage) * 100:.1f} % of the period is measured"


def _unmeasured(held: Iterable[HeldCost], pools: Mapping[str, Pool]) -> Iterator[str]:
    """Whole GPUs without utilization: idle hours are at least what is shown."""
    whole = [it for it in held if not ((pool := pools.get(it.pool)) and pool.sharing)]
    hours = sum((it.gpu_hours for it in whole), Fraction(0))
    unknown = sum((it.unmeasured for it in whole), Fraction(0))
    if hours and unknown / hours > 1 - COVERED:
        percent = f"{float(unknown / hours) * 100:.0f} %"
        yield f"no utilization is known of {percent} of the hours for which GPUs were held"
