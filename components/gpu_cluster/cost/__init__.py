"""Cost of a stack by pool, team and environment, from dated prices, before anything is created."""

from gpu_cluster.cost.actual.actual import ActualCost
from gpu_cluster.cost.actual.actual_document import actual_document
from gpu_cluster.cost.actual.period_cost import actual_of
from gpu_cluster.cost.assumptions import ASSUMPTIONS, HOURS_PER_MONTH, Assumption, UsageError, usage_of
from gpu_cluster.cost.billable_item import Item, items_of, region_of
from gpu_cluster.cost.budget import BudgetCheck
from gpu_cluster.cost.cost import Cost, cost_of
from gpu_cluster.cost.diff import Change, CostDiff, diff
from gpu_cluster.cost.document import document_of
from gpu_cluster.cost.line_item import LineItem
from gpu_cluster.cost.measured_usage import Gap, Holder, MeasuredUsage, NodeKind
from gpu_cluster.cost.money import Range
from gpu_cluster.cost.price_file import PriceFileError, project_prices
from gpu_cluster.cost.prices import CATALOG, Prices
from gpu_cluster.cost.pricing import Bill, priced
from gpu_cluster.cost.team_environment import storage_classes
from gpu_cluster.cost.teams import TeamCostShare
from gpu_cluster.cost.unpriced import Missing
from gpu_cluster.cost.utilization import Utilization

__all__ = [
    "ASSUMPTIONS",
    "CATALOG",
    "HOURS_PER_MONTH",
    "ActualCost",
    "Assumption",
    "Bill",
    "BudgetCheck",
    "Change",
    "Cost",
    "CostDiff",
    "Gap",
    "Holder",
    "Item",
    "LineItem",
    "MeasuredUsage",
    "Missing",
    "NodeKind",
    "PriceFileError",
    "Prices",
    "Range",
    "TeamCostShare",
    "UsageError",
    "Utilization",
    "actual_document",
    "actual_of",
    "cost_of",
    "diff",
    "document_of",
    "items_of",
    "priced",
    "project_prices",
    "region_of",
    "storage_classes",
    "usage_of",
]
