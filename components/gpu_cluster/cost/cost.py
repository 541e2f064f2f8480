"""Cost of a stack, in an hour and in a month: by part, pool and team, against its budgets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from gpu_cluster.capacity import pools_of
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.cost.assumptions import HOURS_PER_MONTH, usage_of
from gpu_cluster.cost.billable_item import items_of, region_of
from gpu_cluster.cost.budget import BudgetCheck
from gpu_cluster.cost.declared_prices import with_declared
from gpu_cluster.cost.line_item import LineItem
from gpu_cluster.cost.money import NOTHING, Range, total
from gpu_cluster.cost.prices import CATALOG, Prices
from gpu_cluster.cost.pricing import Bill, bill_of, priced, pricing_context
from gpu_cluster.cost.team_environment import part_of_pools, storage_classes
from gpu_cluster.cost.teams import TeamCostShare, shares_of
from gpu_cluster.cost.unpriced import Missing
from gpu_cluster.cost.utilization import Utilization, use_of
from gpu_cluster.plan import Plan, planned


@dataclass(frozen=True)
class Cost:
    """Cost of all AWS resources of a stack; empty for a stack without any."""

    stack: str
    region: str | None
    """None without AWS resources: the cost of on-premises servers is unknown."""

    day: date
    """Date of the prices."""

    lines: tuple[LineItem, ...]
    usage: Mapping[str, float]
    """Assumptions, by name."""

    uses: tuple[Utilization, ...]
    """Utilization of GPU nodes by requests."""

    shares: Mapping[str, TeamCostShare] = field(default_factory=dict[str, TeamCostShare])
    """Part of each team."""

    budgets: tuple[BudgetCheck, ...] = ()
    """Budgets of the environment and its teams."""

    missing: tuple[Missing, ...] = ()
    """Missing prices: sorted, once per cause."""

    @property
    def complete(self) -> bool:
        """False if the total is only what is known: it costs at least that."""
        return not self.missing

    def nothing(self) -> "Cost":
        """Zero cost, for a new stack."""
        return Cost(self.stack, self.region, self.day, (), self.usage, ())

    @property
    def hourly(self) -> Range:
        return total([line.hourly for line in self.lines])

    @property
    def monthly(self) -> Range:
        return self.hourly * HOURS_PER_MONTH

    def by_pool(self) -> dict[str, Range]:
        """US dollars per month for each pool: its nodes, their disks, and the volumes of its pods."""
        return _summed((line.pool, line.monthly) for line in self.lines if line.pool)

    def by_part(self) -> dict[str, Range]:
        """US dollars in a month for each pool, as `pool l4`, and for each other part; together the total."""
        return _summed((line_part(line), line.monthly) for line in self.lines)

    def listed_parts(self) -> list[tuple[str, Range]]:
        """Parts by name and US dollars in a month, highest first, with every pool that lacks prices.

        cost.listed_parts()  # [("pool l4", Range(…)), ("pool r100, incomplete", NOTHING)]
        """
        lacking = {f"pool {pool}" for each in self.missing for pool in each.pools}
        parts = {**dict.fromkeys(lacking, NOTHING), **self.by_part()}
        shown = sorted(parts.items(), key=lambda it: (-it[1].most, it[0]))
        return [
            (f"{part}, incomplete" if part in lacking else part, monthly)
            for part, monthly in shown
            if monthly or part in lacking
        ]

    def assumed(self) -> list[str]:
        """Names of the assumptions that the total depends on."""
        return sorted({line.assumption for line in self.lines if line.assumption})


def line_part(line: LineItem) -> str:
    """The part of a stack that a line is summed under."""
    return f"pool {line.pool}" if line.pool else line.part


def cost_of(
    plan: Plan, *, day: date, usage: Mapping[str, float] | None = None, prices: Prices = CATALOG
) -> Cost:
    """Cost of a stack at the prices of a day. Resources without a price are in `missing`.

    cost_of(plan_of(Path(), "prod"), day=date.today()).monthly.most
    """
    if plan.team:
        return _cost_of_team(plan, plan.team, day, usage or usage_of(), prices)
    stack = plan.stack
    prices = with_declared(prices, stack.hardware)
    items, region = items_of(plan.graph), region_of(plan.graph)
    assumed = usage or usage_of()
    pools = pools_of(stack)
    context = pricing_context(
        items, region or "", day=day, usage=assumed, reserved=_reserved(stack), prices=prices
    )
    uses = use_of(pools, items, context)
    context = replace(context, needed={use.pool: use.nodes.least for use in uses})
    bill = bill_of(items, context) if region else Bill(())
    cost = Cost(plan.name, region, day, bill.lines, assumed, uses, missing=bill.missing)
    shares = shares_of(stack.teams, pools, cost.by_pool())
    return replace(cost, shares=shares, budgets=tuple(_budgets(stack, cost, shares)))


def _cost_of_team(plan: Plan, team: TeamStack, day: date, usage: Mapping[str, float], prices: Prices) -> Cost:
    """Cost of a team: its own resources, and its share of the environment's pools."""
    environment = cost_of(
        planned(plan.stack, team.file.team.environment), day=day, usage=usage, prices=prices
    )
    items = [*items_of(plan.graph), *storage_classes(plan.stack)]
    lines: tuple[LineItem, ...] = ()
    missing: tuple[Missing, ...] = ()
    if environment.region:
        own = priced(items, environment.region, day=day, usage=usage, prices=prices)
        share = environment.shares[team.name]
        lines = (*own.lines, *part_of_pools(share))
        missing = (*own.missing, *_missing_of(share, environment.missing))
    cost = Cost(plan.name, environment.region, day, lines, usage, (), missing=missing)
    limit = team.grant.budget
    budgets = (
        (BudgetCheck(f"team {team.name}", Fraction(limit.monthly_usd), cost.monthly, cost.complete),)
        if limit
        else ()
    )
    return replace(cost, budgets=budgets)


def _missing_of(share: TeamCostShare, missing: Iterable[Missing]) -> tuple[Missing, ...]:
    """Missing prices in the pools that a team has a part of."""
    return tuple(each for each in missing if each.pools & share.pools.keys())


def _reserved(stack: Stack) -> dict[str, int]:
    reserved = {name: pool.capacity.reserved for name, pool in stack.pools.items()}
    return {name: it.count for name, it in reserved.items() if it}


def _budgets(stack: Stack, cost: Cost, shares: Mapping[str, TeamCostShare]) -> Iterable[BudgetCheck]:
    if stack.budget:
        yield BudgetCheck("environment", Fraction(stack.budget.monthly_usd), cost.monthly, cost.complete)
    for name, team in stack.teams.items():
        if team.budget:
            share = shares[name]
            complete = not _missing_of(share, cost.missing)
            yield BudgetCheck(f"team {name}", Fraction(team.budget.monthly_usd), share.monthly, complete)


def _summed(amounts: Iterable[tuple[str, Range]]) -> dict[str, Range]:
    sums: dict[str, Range] = {}
    for key, amount in amounts:
        sums[key] = sums.get(key, NOTHING) + amount
    return sums
