"""What a stack costs: by pool, team and environment, from dated prices, before anything is created."""

from cost.bill import CostError, priced, worst_case_hourly
from cost.budget import Budget
from cost.cost import Cost, cost_of
from cost.diff import Change, CostDiff, diff
from cost.document import document_of
from cost.environment import storage_classes
from cost.item import Item, items_of, region_of
from cost.line import Line
from cost.money import HOURS, Range
from cost.rows import assumption_rows, budget_rows, change_rows, markdown, part_rows, team_rows, use_rows
from cost.teams import Share
from cost.usage import ASSUMPTIONS, Assumption, UsageError, usage_of
from cost.use import Use

__all__ = [
    "ASSUMPTIONS",
    "HOURS",
    "Assumption",
    "Budget",
    "Change",
    "Cost",
    "CostDiff",
    "CostError",
    "Item",
    "Line",
    "Range",
    "Share",
    "UsageError",
    "Use",
    "assumption_rows",
    "budget_rows",
    "change_rows",
    "cost_of",
    "diff",
    "document_of",
    "items_of",
    "markdown",
    "part_rows",
    "priced",
    "region_of",
    "storage_classes",
    "team_rows",
    "usage_of",
    "use_rows",
    "worst_case_hourly",
]
