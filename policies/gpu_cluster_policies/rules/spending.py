"""Rule for the worst-case cost of a stack."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from gpu_cluster.catalog.today import today
from gpu_cluster.stack.suggestions import one_of
from gpu_cluster_policies.context import EvaluationContext
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.resource import Resource, each
from gpu_cluster_policies.rule import Level, NotJudgedProperty, Rule, Violation, stack_rule

_PROVIDER = "pulumi:providers:aws"


class _WorstHour(NamedTuple):
    cost: Fraction
    """US dollars of everything that has a price."""

    unpriced: tuple[str, ...] = ()
    """Resources, or amounts that do not depend on use, without a reliable price."""

    usage: tuple[str, ...] = ()
    """Assumed usage without a reliable price."""


def worst_case_cost(context: EvaluationContext) -> Rule:
    """Rule for the budget of a stack, with the prices of its project."""

    def worst_hour(inventory: Inventory) -> _WorstHour:
        from gpu_cluster.cost import Item, PriceFileError, priced

        regions = [provider.at("region").text for provider in inventory.every((_PROVIDER,))]
        if len(set(regions)) != 1:
            return _WorstHour(Fraction(0), (f"expected one AWS region, got {one_of(regions or ['none'])}",))
        items = [Item(it.kind, it.label or it.address, it.properties) for it in inventory.all()]
        try:
            bill = priced(items, regions[0], day=today(), prices=context.prices)
        except PriceFileError as error:
            return _WorstHour(Fraction(0), tuple(map(str, error.problems)))
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # of a shape that no price knows
            return _WorstHour(Fraction(0), (f"not computed: {error!r}",))
        usage = tuple(str(it) for it in bill.missing if it.by_usage)
        others = tuple(str(it) for it in bill.missing if not it.by_usage)
        return _WorstHour(bill.hourly.most, others, usage)

    @stack_rule(
        78,
        "worst-case-cost",
        "The worst-case cost is within the budget",
        of=each("aws:budgets/budget:Budget"),
        level=Level.MANDATORY,
        references="AWS Well-Architected COST02-BP05; COST03-BP06",
        fix="lower nodes.max or replicas.max, or raise gpu-cluster:budget.monthlyUsd; `gpu-cluster cost` "
        "shows all parts and missing prices, which `gpu-cluster prices --write prices.yaml` fetches",
        can_abstain=True,
    )
    def judge(budget: Resource, inventory: Inventory) -> Iterator[Violation]:
        """An AWS budget reports past cost; the worst case is known before deployment, and a missing price is
        not zero. If only an assumed usage has no price, such as scans of images, the budget is not judged."""
        if _is_of_a_team(budget):
            return
        # It loads Pulumi: manifests have no budget and do without.
        from gpu_cluster.cost import HOURS_PER_MONTH

        limit = budget.at("limitAmount")
        worst = inventory.once(worst_hour)
        monthly = worst.cost * HOURS_PER_MONTH
        if monthly > Fraction(Decimal(limit.text)):
            yield Violation(limit, f"at least {float(monthly):.0f}, the monthly worst-case cost")
        elif causes := (*worst.unpriced, *worst.usage):
            known = f"incomplete, at least {float(monthly):.0f} without: {_some(causes)}"
            kind = Violation if worst.unpriced else NotJudgedProperty
            yield kind(budget.missing("monthly worst-case cost"), "known", actual=known)

    return judge


def _some(causes: Sequence[str], most: int = 3) -> str:
    """`A; B; C; and 4 more`"""
    more = [f"and {len(causes) - most} more"] if len(causes) > most else []
    return "; ".join([*causes[:most], *more])


def _is_of_a_team(budget: Resource) -> bool:
    """Whether the budget includes only resources with a team's tag."""
    values = (value.text for each in budget.at("costFilters").items() for value in each.at("values").items())
    return any(value.startswith("user:gpu-cluster/team$") for value in values)
