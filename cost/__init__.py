"""What a stack costs: by pool, team and environment, from dated prices, before anything is created."""

from cost.bill import CostError, priced, worst_case_hourly
from cost.item import Item, items_of, region_of
from cost.line import Line
from cost.money import HOURS, Range
from cost.usage import ASSUMPTIONS, Assumption, UsageError, usage_of

__all__ = [
    "ASSUMPTIONS",
    "HOURS",
    "Assumption",
    "CostError",
    "Item",
    "Line",
    "Range",
    "UsageError",
    "items_of",
    "priced",
    "region_of",
    "usage_of",
    "worst_case_hourly",
]
